/** Writes a table as NDJSON: one object a row with every column. NULL is `null`, times are ISO 8601 in UTC, durations milliseconds. */
import type { Strings } from '../columns/index.ts'
import { TextSink } from './text-sink.ts'
import type { OpenTable, OutputColumn, OutputValues } from './table-writer.ts'

type ValueText = (value: number) => string

export const openNdjsonTable: OpenTable = async (path, columns, strings) => {
  const sink = new TextSink(path)
  const names = columns.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const texts = columns.map(column => valueText(column, strings))
  return {
    async write(length, values) {
      for (let row = 0; row < length; row++) {
        let line = ''
        for (let c = 0; c < columns.length; c++) line += names[c] + cellText(values[c], row, texts[c])
        sink.write(`${line}}\n`)
      }
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
  if (nulls?.[row] === 1) return 'null'
  if (!counts) return text(values[row])
  const start = row * width
  return `[${Array.from(values.subarray(start, start + counts[row]), text).join(',')}]`
}

function valueText({ type }: OutputColumn, strings: Strings): ValueText {
  switch (type) {
    case 'string':
      return quotedTexts(strings)
    case 'bool':
      return value => (value === 1 ? 'true' : 'false')
    case 'timestamp':
      return value => `"${new Date(value).toISOString()}"`
    default:
      return String
  }
}

/** JSON texts by id, cached. */
function quotedTexts(strings: Strings): ValueText {
  const cache = new Map<number, string>()
  return id => {
    let text = cache.get(id)
    if (text === undefined) {
      if (cache.size >= CACHE_MAX) cache.clear()
      cache.set(id, (text = JSON.stringify(strings.textOf(id))))
    }
    return text
  }
}

const CACHE_MAX = 1 << 16
