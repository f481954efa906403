/** DuckDB's bindings, for what its library does a value at a time: the memory of vectors. */
import { createRequire } from 'node:module'
import type Bindings from '@duckdb/node-bindings'

/** Those that the library itself uses: another copy would be another DuckDB. */
export const bindings = createRequire(import.meta.resolve('@duckdb/node-api'))('@duckdb/node-bindings') as typeof Bindings
