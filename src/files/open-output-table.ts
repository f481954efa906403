/**
 * Writes tables of columns; the extension of a path selects the format: `.parquet`, `.csv`, or NDJSON (`.ndjson`, `.jsonl`, `.json`), plain
 * or `.gz`.
 */
import type { Strings } from '../columns/index.ts'
import { formatError } from './io/file-error.ts'
import type { OutputColumn, OutputValues, TableWriter } from './io/output-table.ts'
import { TextSink } from './io/text-sink.ts'

/**
 * Opens a table for writing.
 * @throws `SPILL_FORMAT` if the extension is unknown, `SPILL_FILE` if the file cannot be written.
 */
export async function openOutputTable(path: string, columns: readonly OutputColumn[], strings: Strings): Promise<TableWriter> {
  // DuckDB is large, and most writers of tables do not need it.
  if (/\.parquet$/i.test(path)) return (await import('./parquet/parquet-writer.ts')).openParquetTable(path, columns, strings)
  if (/\.(?:ndjson|jsonl|json)(?:\.gz)?$/i.test(path)) return openNdjsonTable(path, columns, strings)
  if (/\.csv(?:\.gz)?$/i.test(path)) return openCsvTable(path, columns, strings)
  throw formatError(path, 'has no format by its name; call it .ndjson, .ndjson.gz, .csv or .parquet')
}

/** Writes a whole table. Throws as `openOutputTable` does; after an error in `batches` the table is discarded. */
export async function writeOutputTable(
  path: string,
  columns: readonly OutputColumn[],
  strings: Strings,
  batches: Iterable<{ readonly length: number; readonly columns: readonly OutputValues[] }>,
): Promise<void> {
  const table = await openOutputTable(path, columns, strings)
  try {
    for (const batch of batches) await table.write(batch.length, batch.columns)
    await table.close()
  } catch (error) {
    await table.discard().catch(() => {})
    throw error
  }
}

type ValueText = (value: number) => string

/** NDJSON: one object a row with every column. NULL is `null`, times are ISO 8601 in UTC, durations milliseconds. */
function openNdjsonTable(path: string, columns: readonly OutputColumn[], strings: Strings): TableWriter {
  const names = columns.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const texts = columns.map(({ type }) => jsonText(type, strings))
  return textTable(new TextSink(path), (values, row) => {
    let line = ''
    for (let c = 0; c < columns.length; c++) line += names[c] + (cellText(values[c], row, texts[c]) ?? 'null')
    return `${line}}\n`
  })
}

/**
 * CSV (RFC 4180) with a header. NULL is an empty field, an empty text `""`. Times are ISO 8601 in UTC, durations milliseconds, lists JSON.
 */
function openCsvTable(path: string, columns: readonly OutputColumn[], strings: Strings): TableWriter {
  const sink = new TextSink(path)
  const texts = columns.map(({ type, list }): ValueText => {
    if (!list && type === 'string') return id => strings.textOf(id)
    return !list && type === 'timestamp' ? value => new Date(value).toISOString() : jsonText(type, strings)
  })
  sink.write(`${columns.map(({ name }) => csvField(name)).join(',')}\n`)
  return textTable(sink, (values, row) => `${values.map((column, c) => csvField(cellText(column, row, texts[c]))).join(',')}\n`)
}

function textTable(sink: TextSink, lineOf: (values: readonly OutputValues[], row: number) => string): TableWriter {
  return {
    async write(length, values) {
      for (let row = 0; row < length; row++) sink.write(lineOf(values, row))
    },
    close: async () => sink.close(),
    discard: async () => sink.close(),
  }
}

/** The text of a value, or of a list as JSON; `undefined` for NULL. */
function cellText({ values, nulls, counts, width = 1 }: OutputValues, row: number, text: ValueText): string | undefined {
  if (nulls?.[row] === 1) return undefined
  if (!counts) return text(values[row])
  const start = row * width
  return `[${Array.from(values.subarray(start, start + counts[row]), text).join(',')}]`
}

function jsonText(type: OutputColumn['type'], strings: Strings): ValueText {
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

/** Quotes a field that would otherwise be read differently; NULL is empty. */
function csvField(text: string | undefined): string {
  if (text === undefined) return ''
  const isPlain = text !== '' && !/[",\r\n]/.test(text)
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`
}
