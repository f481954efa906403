/** DuckDB's low-level bindings, for direct access to the memory of vectors; the library handles one value at a time. */
import { createRequire } from 'node:module'
import type Bindings from '@duckdb/node-bindings'

/** The copy that the library itself uses: another copy would be a separate DuckDB. */
export const duckdbBindings = createRequire(import.meta.resolve('@duckdb/node-api'))('@duckdb/node-bindings') as typeof Bindings
