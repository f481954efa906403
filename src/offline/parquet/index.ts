/** The `TableFormat` over a folder of Parquet files. This door loads DuckDB; `public/ports.ts` imports `parquet-folder.ts`, which loads it later. */
export { parquetFolder } from './parquet-folder.ts'
export { ParquetFolderTable, openParquetWriter } from './parquet-table.ts'
