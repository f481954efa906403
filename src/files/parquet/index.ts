/** Parquet, through DuckDB, which takes 60 ms and 25 MB to load. */
export { ColumnFileWriter, fileChecksum } from './column-files.ts'
export { connectDuckDB, parquetPathLiteral, sqlIdentifier } from './duckdb.ts'
