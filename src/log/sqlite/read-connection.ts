/** A read-only SQLite connection that blocks no writer. Every SQLite error becomes a `SpillwayError` that names the file. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { SpillwayError } from '../../base/index.ts'
import { checkFormat, COUNTED_FROM, COUNTED_VIEW } from './schema.ts'
import { sqlite, type DatabaseSync } from './sqlite.ts'
import { storeError } from './store-error.ts'

type Row = Record<string, SQLOutputValue>

export interface ReadStatement {
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
}

export class ReadConnection {
  readonly #path: string
  readonly #db: DatabaseSync
  /** Format of the database when it was opened. */
  readonly format: number

  /**
   * @throws `SPILL_DATA` for a damaged database or an unsupported format, `SPILL_STORE` if it cannot be opened.
   */
  constructor(path: string) {
    this.#path = path
    this.#db = this.#guarded(() => new sqlite.DatabaseSync(path, { readOnly: true }))
    try {
      this.format = this.#guarded(() => {
        this.#db.exec('PRAGMA busy_timeout = 5000')
        const format = checkFormat(this.#db, path)
        // A temporary view of this connection: the file stays unchanged.
        if (format < COUNTED_FROM) this.#db.exec(COUNTED_VIEW)
        return format
      })
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  prepare(sql: string): ReadStatement {
    const statement = this.#guarded(() => this.#db.prepare(sql))
    return {
      get: (...values) => this.#guarded(() => statement.get(...values)),
      all: (...values) => this.#guarded(() => statement.all(...values)),
    }
  }

  close(): void {
    this.#db.close()
  }

  #guarded<T>(query: () => T): T {
    try {
      return query()
    } catch (error) {
      throw error instanceof SpillwayError ? error : storeError(this.#path, error as Error)
    }
  }
}
