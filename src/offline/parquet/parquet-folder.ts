import type { TableFormat } from '../feature-table.ts'
import { readManifest } from './manifest.ts'

/**
 * Tables in a folder of Parquet files.
 * @example
 *   const table = await parquetFolder.open('features', { unit: 'day' })
 */
export const parquetFolder: TableFormat = {
  name: 'parquet',
  async open(location, { unit } = {}) {
    const manifest = readManifest(location, unit)
    // DuckDB is large, and `spillway/ports` is imported for other ports too.
    const { ParquetFolderTable } = await import('./parquet-table.ts')
    return new ParquetFolderTable(location, manifest)
  },
}
