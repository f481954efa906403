import { contractError, type Contract, show } from '../base/index.ts'
import type { ColumnType, Value } from '../define/ir/index.ts'
import type { SqlDialect } from './dialect.ts'

/** A column of a table: its name as the dialect writes it in SQL, and the type of its physical values. */
export interface SqlColumn {
  readonly name: string
  readonly type: ColumnType
}

/** A cell of a result. A list is an array, a record the array of its values. An integer is a `bigint`, or a number if that is equal. */
export type SqlCell = null | boolean | number | bigint | string | readonly SqlCell[]

/** A row of a result: its cells in the order of the columns. */
export type SqlRow = readonly SqlCell[]

/**
 * Executes SQL over tables that it is given: DuckDB in this process, a gateway of Flink or Spark, a warehouse. One statement at a time.
 *
 * Physical values are stored as the IR has them: a decimal is the integer `value · 10^scale`, a time UTC milliseconds. `testSqlDialect` of
 * `spillway/testing` checks an engine with its dialect.
 * @example
 *   await engine.createTable('events', [{ name: 'amount', type: 'decimal' }])
 *   await engine.append('events', [[1250], [null]])
 *   for await (const rows of engine.execute('SELECT count(amount) FROM events')) console.log(rows)
 */
export interface SqlEngine<Dialect extends SqlDialect = SqlDialect> {
  readonly dialect: Dialect
  /** Creates an empty table, in place of an earlier one of that name. */
  createTable(table: string, columns: readonly SqlColumn[]): Promise<void>
  /** Appends rows of physical values, in the order of the columns. Reads `rows` once; if it throws, so does this. */
  append(table: string, rows: Iterable<readonly Value[]>): Promise<void>
  /**
   * Executes a statement and streams the rows of its result, some at a time. A reader that stops early ends the statement.
   * @throws (rejects with) the engine's error for an invalid statement, and an error once `signal` is aborted; later statements then work.
   */
  execute(sql: string, signal?: AbortSignal): AsyncIterable<readonly SqlRow[]>
  /** Ends a running statement, and drops the tables. Closing again does nothing. */
  close(): Promise<void>
}

/**
 * All rows of a statement.
 * @example
 *   const [[count]] = await allRows(engine, 'SELECT count(*) FROM payments')
 * @throws (rejects with) the engine's error, and `SPILL_CONTRACT` for an engine that gives anything but lists of rows.
 */
export async function allRows(engine: SqlEngine, sql: string, signal?: AbortSignal): Promise<SqlRow[]> {
  const all: SqlRow[] = []
  for await (const rows of engine.execute(sql, signal)) {
    if (!Array.isArray(rows) || !rows.every(Array.isArray))
      throw contractError(contractOf(engine.dialect.name), 'rows', `got ${show(rows)}`)
    for (const row of rows) all.push(row)
  }
  return all
}

/** The contract of an engine, for errors. */
export const contractOf = (dialect: string): Contract => ({
  subject: `SQL engine '${dialect}'`,
  clauses: {
    rows: 'execute() gives lists of rows, and a row is a list of cells',
    columns: 'a row has a cell for each column of its statement, in their order',
  },
})
