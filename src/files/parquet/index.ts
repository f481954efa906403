/** Writes Parquet through DuckDB, which takes 60 ms and 25 MB to load. `open-input.ts` loads the reader when a file needs it. */
export { ColumnFileWriter } from './parquet-writer.ts'
export { connectDuckDB, parquetPathLiteral, sqlIdentifier } from './duckdb.ts'
