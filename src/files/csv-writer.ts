/**
 * Writes a table as CSV (RFC 4180) with a header. NULL is an empty field, an empty text `""`. Times are ISO 8601 in UTC, durations
 * milliseconds, lists JSON.
 */
import type { Strings } from '../columns/index.ts'
import { TextSink } from './text-sink.ts'
import type { OpenTable, OutputColumn, OutputValues } from './table-writer.ts'

type ValueText = (value: number) => string

export const openCsvTable: OpenTable = async (path, columns, strings) => {
  const sink = new TextSink(path)
  const texts = columns.map(column => valueText(column, strings))
  sink.write(`${columns.map(({ name }) => field(name)).join(',')}\n`)
  return {
    async write(length, values) {
      for (let row = 0; row < length; row++) sink.write(`${values.map((column, c) => cellText(column, row, texts[c])).join(',')}\n`)
    },
    async close() {
      sink.close()
    },
    async discard() {
      sink.close()
    },
  }
}

function cellText({ values, nulls, counts, width = 1 }: OutputValues, row: number, text: ValueText): string {
  if (nulls?.[row] === 1) return ''
  if (!counts) return field(text(values[row]))
  const start = row * width
  return field(`[${Array.from(values.subarray(start, start + counts[row]), text).join(',')}]`)
}

function valueText({ type, list }: OutputColumn, strings: Strings): ValueText {
  switch (type) {
    case 'string':
      return list ? id => JSON.stringify(strings.textOf(id)) : id => strings.textOf(id)
    case 'bool':
      return value => (value === 1 ? 'true' : 'false')
    case 'timestamp':
      return list ? value => `"${new Date(value).toISOString()}"` : value => new Date(value).toISOString()
    default:
      return String
  }
}

/** Quotes a field that would otherwise be read differently. */
const field = (text: string): string => (text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
