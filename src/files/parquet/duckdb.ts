/** DuckDB for files: one instance a process, opened at first use (50 to 100 ms), since Parquet is read and written through it. */
import type Bindings from '@duckdb/node-bindings'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { createRequire } from 'node:module'

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

/**
 * Low-level bindings, for direct access to the memory of vectors; the library handles one value at a time. They are the copy that the library
 * itself uses: another copy would be a separate DuckDB.
 */
export const duckdbBindings = createRequire(import.meta.resolve('@duckdb/node-api'))('@duckdb/node-bindings') as typeof Bindings
