/** DuckDB for files: one instance a process, opened at first use (50 to 100 ms), since Parquet is read and written through it. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'

/** The cache is off: files are read once, and a file rewritten under the same name would be read from the cache. */
const settings = { enable_external_file_cache: 'false' }

let instance: Promise<DuckDBInstance> | undefined

/** Opens a new connection; close it with `closeSync`. */
export async function connectDuckDB(): Promise<DuckDBConnection> {
  instance ??= DuckDBInstance.create(':memory:', settings)
  return (await instance).connect()
}

/** A text as an SQL literal. */
export const sqlLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A name as an SQL identifier. */
export const sqlIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A path as an SQL literal for a Parquet scan, with `*`, `?` and `[` escaped, which DuckDB would read as a pattern. */
export const parquetPathLiteral = (path: string): string => sqlLiteral(path.replaceAll(/[*?[]/g, '[$&]'))
