/** The `TableFormat` over a folder of Parquet files. */
export { parquetFolder } from './parquet-folder.ts'
export { ParquetFolderTable, openParquetWriter } from './parquet-table.ts'
