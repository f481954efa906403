/** The `SqlEngine` over DuckDB. */
export { DuckDbEngine } from './engine.ts'
