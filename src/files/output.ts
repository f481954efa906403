/** Opens a table for writing by its name: `.parquet`, `.csv`, or NDJSON (`.ndjson`, `.jsonl`, `.json`), plain or `.gz`. */
import { openCsvTable } from './csv-writer.ts'
import { fileError } from './file-error.ts'
import { openNdjsonTable } from './ndjson-writer.ts'
import type { OpenTable } from './table.ts'

/** Throws `SPILL_INPUT` if the name says no format, or the file cannot be written. */
export const openTable: OpenTable = async (path, columns, strings) => {
  // DuckDB is large, and most of who writes tables is without it.
  if (/\.parquet$/i.test(path)) return (await import('./parquet-writer.ts')).openParquetTable(path, columns, strings)
  if (/\.(?:ndjson|jsonl|json)(?:\.gz)?$/i.test(path)) return openNdjsonTable(path, columns, strings)
  if (/\.csv(?:\.gz)?$/i.test(path)) return openCsvTable(path, columns, strings)
  throw fileError(path, 'has no format by its name; call it .ndjson, .ndjson.gz, .csv or .parquet')
}
