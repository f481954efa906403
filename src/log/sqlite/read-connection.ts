/** A read-only SQLite connection that blocks no writer. Every SQLite error becomes a `SpillwayError` that names the file. */
import type { SQLInputValue } from 'node:sqlite'
import { SpillwayError } from '../../base/index.ts'
import { checkFormat, COUNTED_FROM, COUNTED_VIEW, TRACED_FROM, UNTRACED_VIEW } from './schema.ts'
import { preparedOnce, sqlite, storeError, type DatabaseSync, type Prepared } from './sqlite.ts'

/** Default page size, for the `LIMIT` of a query by pages. */
export const PAGE_ROWS = 500

/** Pages of rows by number: the number after which they begin, the number of a row, and the rows of a page. */
export interface Paging<T> {
  readonly from: number
  readonly numberOf: (row: T) => number
  readonly size?: number
}

/** Runs a query. Throws every error of SQLite as one that names the file. */
export function runQuery<T>(path: string, query: () => T): T {
  try {
    return query()
  } catch (error) {
    throw error instanceof SpillwayError ? error : storeError(path, error as Error)
  }
}

/**
 * Opens a log for reading, and passes it to `prepare`.
 *
 * @throws `SPILL_DATA` for a damaged log or an unsupported format, `SPILL_STORE` if it cannot be opened.
 */
export function openReadOnly(path: string, prepare: (db: DatabaseSync, format: number) => void = () => {}) {
  const db = runQuery(path, () => new sqlite.DatabaseSync(path, { readOnly: true }))
  try {
    const format = runQuery(path, () => {
      db.exec('PRAGMA busy_timeout = 5000')
      const checked = checkFormat(db, path)
      prepare(db, checked)
      return checked
    })
    return { db, format, prepared: preparedOnce(db) }
  } catch (error) {
    db.close()
    throw error
  }
}

export class ReadConnection {
  readonly #path: string
  readonly #db: DatabaseSync
  readonly #prepared: Prepared
  /** Format of the database when it was opened. */
  readonly format: number

  /** Throws as `openReadOnly` does. */
  constructor(path: string) {
    const { db, format, prepared } = openReadOnly(path, addMissingColumns)
    this.#path = path
    this.#db = db
    this.#prepared = prepared
    this.format = format
  }

  /** The first row of a query; the caller knows its columns. */
  get<T extends object>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return runQuery(this.#path, () => this.#prepared(sql).get(...values) as T | undefined)
  }

  /** The rows of a query. */
  all<T extends object>(sql: string, ...values: SQLInputValue[]): T[] {
    return runQuery(this.#path, () => this.#prepared(sql).all(...values) as unknown[] as T[])
  }

  /**
   * Iterates over rows by number in pages; each page shows what is committed when it is read. The first parameter of the query is the number
   * of the last row seen; `values` are the others.
   */
  *pages<T extends object>(sql: string, { from, numberOf, size = PAGE_ROWS }: Paging<T>, ...values: SQLInputValue[]): Generator<T> {
    for (let last = from; ;) {
      const rows = this.all<T>(sql, last, ...values)
      yield* rows
      if (rows.length < size) return
      last = numberOf(rows.at(-1)!)
    }
  }

  close(): void {
    this.#db.close()
  }
}

/** Temporary views of this connection, which have columns that older formats lack: the file stays unchanged. */
function addMissingColumns(db: DatabaseSync, format: number): void {
  if (format < TRACED_FROM) db.exec(UNTRACED_VIEW)
  if (format < COUNTED_FROM) db.exec(COUNTED_VIEW)
}
