/** DuckDB for files: one instance a process, opened when first needed (50 to 100 ms), since Parquet is read and written through it. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'

/** Files are read once, and one written again under its name would be answered from what the cache holds of the old. */
const settings = { enable_external_file_cache: 'false' }

let instance: Promise<DuckDBInstance> | undefined

/** A connection of its own; close it with `closeSync`. */
export async function connect(): Promise<DuckDBConnection> {
  instance ??= DuckDBInstance.create(':memory:', settings)
  return (await instance).connect()
}

/** A text as a literal of SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A name as an identifier of SQL. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A path as a literal for a scan of Parquet: DuckDB takes `*`, `?` and `[` in it as a pattern. */
export const scanned = (path: string): string => quoted(path.replaceAll(/[*?[]/g, '[$&]'))
