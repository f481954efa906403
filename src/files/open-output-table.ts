/**
 * Opens a table for writing; its extension selects the format: `.parquet`, `.csv`, or NDJSON (`.ndjson`, `.jsonl`, `.json`), plain or
 * `.gz`.
 */
import { openCsvTable } from './csv-writer.ts'
import { formatError } from './file-error.ts'
import { openNdjsonTable } from './ndjson-writer.ts'
import type { OpenTable } from './table-writer.ts'

/**
 * @throws `SPILL_FORMAT` if the extension is unknown, `SPILL_FILE` if the file cannot be written.
 */
export const openOutputTable: OpenTable = async (path, columns, strings) => {
  // DuckDB is large, and most writers of tables do not need it.
  if (/\.parquet$/i.test(path)) return (await import('./parquet/parquet-writer.ts')).openParquetTable(path, columns, strings)
  if (/\.(?:ndjson|jsonl|json)(?:\.gz)?$/i.test(path)) return openNdjsonTable(path, columns, strings)
  if (/\.csv(?:\.gz)?$/i.test(path)) return openCsvTable(path, columns, strings)
  throw formatError(path, 'has no format by its name; call it .ndjson, .ndjson.gz, .csv or .parquet')
}
