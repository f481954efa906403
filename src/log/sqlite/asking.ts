/** A connection that only asks, and blocks nobody: whatever SQLite has against the file is an error of ours that names it. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { SpillwayError } from '../../base/errors.ts'
import { checkFormat, COUNTED_FROM, COUNTED_VIEW } from './schema.ts'
import { sqlite, type DatabaseSync } from './sqlite.ts'
import { storeError } from './store-error.ts'

type Row = Record<string, SQLOutputValue>

export interface Question {
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
}

export class Asking {
  readonly #path: string
  readonly #db: DatabaseSync
  /** Of the database when it was opened. */
  readonly format: number

  /** Throws `SPILL_DATA` for a database that is damaged or of a format that it cannot read, `SPILL_STORE` if it cannot be opened. */
  constructor(path: string) {
    this.#path = path
    this.#db = this.#guarded(() => new sqlite.DatabaseSync(path, { readOnly: true }))
    try {
      this.format = this.#guarded(() => {
        this.#db.exec('PRAGMA busy_timeout = 5000')
        const format = checkFormat(this.#db, path)
        // In this connection's own memory: the file is as it was.
        if (format < COUNTED_FROM) this.#db.exec(COUNTED_VIEW)
        return format
      })
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  prepare(sql: string): Question {
    const statement = this.#guarded(() => this.#db.prepare(sql))
    return {
      get: (...values) => this.#guarded(() => statement.get(...values)),
      all: (...values) => this.#guarded(() => statement.all(...values)),
    }
  }

  close(): void {
    this.#db.close()
  }

  #guarded<T>(ask: () => T): T {
    try {
      return ask()
    } catch (error) {
      throw error instanceof SpillwayError ? error : storeError(this.#path, error as Error)
    }
  }
}
