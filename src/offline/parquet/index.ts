/** The `TableFormat` over a folder of Parquet files. */
export { parquetFolder } from './parquet-folder.ts'
export { ParquetFolderTable } from './parquet-table.ts'
export { openParquetWriter } from './partition-writer.ts'
