/**
 * Reads the tables of a log row by row, over a read-only connection of its own, for copies of the log.
 *
 * Each query is a transaction of its own unless it is inside `atOnePoint`. A transaction keeps the WAL from starting again from its
 * beginning, and a run then holds its commits back: so end an iteration soon, and read little at one point.
 */
import { FORGOTTEN_CHANGE } from './effect-writer.ts'
import type { LogTable } from './log-tables.ts'
import type { TableRow } from './row-codec.ts'
import { openReadOnly, runQuery } from './read-connection.ts'
import { verifyChecksum } from './schema.ts'
import type { DatabaseSync, Prepared, StatementSync } from './sqlite.ts'

/** A key of a row. */
export type RowKey = number | string

export class LogTableReader {
  readonly #path: string
  readonly #db: DatabaseSync
  readonly #prepared: Prepared
  readonly #columns = new Map<string, readonly string[]>()
  /** Format of the log. */
  readonly format: number

  /** Throws as `openReadOnly` does. */
  constructor(path: string) {
    const { db, format, prepared } = openReadOnly(path)
    this.#path = path
    this.#db = db
    this.#prepared = prepared
    this.format = format
  }

  /** Columns of a table; none if this format does not have the table. */
  columns({ name }: LogTable): readonly string[] {
    let columns = this.#columns.get(name)
    if (!columns) {
      const rows = this.#guarded(() => this.#prepared(`SELECT name FROM pragma_table_info(?)`).all(name))
      this.#columns.set(name, (columns = rows.map(row => String(row['name']))))
    }
    return columns
  }

  /** Rows in order, after a key and up to a key; both may be absent. End the iteration to end its transaction. */
  *rows(table: LogTable, after?: RowKey, upTo?: RowKey): Generator<TableRow> {
    const columns = this.columns(table)
    const { name, key } = table
    const conditions = [...(after === undefined ? [] : [`${key} > ?`]), ...(upTo === undefined ? [] : [`${key} <= ?`])]
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
    const statement = this.#guarded(() =>
      this.#prepared(`SELECT ${columns.join(', ')} FROM ${name} ${where} ORDER BY ${key ?? columns.join(', ')}`),
    )
    statement.setReturnArrays(true)
    const keys = [after, upTo].filter(bound => bound !== undefined)
    yield* this.#iterate(statement, keys) as Generator as Generator<TableRow>
  }

  /** Least and greatest key of a table; `undefined` if it is empty. */
  ends({ name, key }: LogTable): readonly [first: RowKey, last: RowKey] | undefined {
    const row = this.#get(`SELECT (SELECT min(${key}) FROM ${name}) AS first, (SELECT max(${key}) FROM ${name}) AS last`)!
    return row['first'] === null ? undefined : [row['first'] as RowKey, row['last'] as RowKey]
  }

  /** Keys, at most `upTo`, of rows that have changed after change number `after`, in any order. Rows are read one at a time. */
  *changedKeys({ name, key, change }: LogTable, after: number, upTo: RowKey): Generator<RowKey> {
    // In the order of the index on changes. SQLite would collect all keys to sort them.
    const statement = this.#guarded(() => this.#prepared(`SELECT ${key} AS key FROM ${name} WHERE ${change} > ? AND ${key} <= ?`))
    for (const row of this.#iterate(statement, [after, upTo])) yield row['key'] as RowKey
  }

  /** Number of the last change of a table with a change column, also of removed rows. */
  lastChange({ name, change }: LogTable): number {
    return Number(this.#get(`SELECT max(coalesce((SELECT max(${change}) FROM ${name}), 0), ${FORGOTTEN_CHANGE}) AS last`)!['last'])
  }

  /** Checks the value's checksum. */
  named(name: string): string | undefined {
    const row = this.#get('SELECT value, sum FROM value WHERE name = ?', name)
    return row && verifyChecksum(this.#path, name, String(row['value']), row['sum'] as number | null)
  }

  /** The segment that begins at an entry. */
  segmentBytes(first: number): Uint8Array | undefined {
    return this.#get('SELECT bytes FROM segment WHERE first = ?', first)?.['bytes'] as Uint8Array | undefined
  }

  /** First entry of the last segment, and the entry after it; `undefined` in an empty log. */
  lastSegment(): { readonly first: number; readonly end: number } | undefined {
    return this.#get('SELECT first, first + entries AS end FROM segment ORDER BY first DESC LIMIT 1') as
      | { first: number; end: number }
      | undefined
  }

  /** Calls `read`, whose queries all see one committed state: the one as of the call. */
  atOnePoint<T>(read: () => T): T {
    this.#guarded(() => this.#db.exec('BEGIN'))
    try {
      // BEGIN alone takes no snapshot; the first query does.
      this.#get('SELECT 1 FROM sqlite_schema')
      return read()
    } finally {
      this.#db.exec('ROLLBACK')
    }
  }

  close(): void {
    this.#db.close()
  }

  *#iterate(statement: StatementSync, values: readonly RowKey[]): Generator<Record<string, unknown>> {
    const iterator = statement.iterate(...values)
    try {
      for (;;) {
        const next = this.#guarded(() => iterator.next())
        if (next.done) return
        yield next.value
      }
    } finally {
      iterator.return?.()
    }
  }

  #get(sql: string, ...values: RowKey[]): Record<string, unknown> | undefined {
    return this.#guarded(() => this.#prepared(sql).get(...values))
  }

  #guarded<T>(query: () => T): T {
    return runQuery(this.#path, query)
  }
}
