/**
 * Writes the tables of a log into a new database file. Nothing is durable before `finish`, and a file that was not finished is useless:
 * write under a temporary name.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { SpillwayError } from '../../base/index.ts'
import { makePrivateFile } from '../folder-permissions.ts'
import type { LogTable } from './log-tables.ts'
import type { TableRow } from './row-codec.ts'
import { createTables, valueChecksum } from './schema.ts'
import { preparedOnce, sqlite, storeError, type DatabaseSync, type Prepared } from './sqlite.ts'

export class LogTableWriter {
  readonly #path: string
  readonly #db: DatabaseSync
  readonly #prepared: Prepared
  /** Columns of the last row, by table. */
  readonly #checked = new Map<string, readonly string[]>()

  /**
   * `format`: format of the log whose rows it gets.
   *
   * @throws `SPILL_DATA` for a format that this version does not know, `SPILL_STORE` if the file cannot be written; so do all methods.
   */
  constructor(path: string, format: number) {
    this.#path = path
    makePrivateFile(path)
    this.#db = this.#guarded(() => new sqlite.DatabaseSync(path))
    this.#prepared = preparedOnce(this.#db)
    this.#guarded(() => {
      this.#db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF')
      createTables(this.#db, path, format)
      this.#db.exec('BEGIN')
    })
  }

  /** Adds a row. Values of columns that are not named are those of a new row. Throws `SPILL_DATA` for a column that the table does not have. */
  add({ name }: LogTable, columns: readonly string[], row: TableRow): void {
    this.#checkColumns(name, columns)
    const sql = `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`
    // SQLite has added such a row with the first dead letter.
    if (name === 'sqlite_sequence') this.#guarded(() => this.#prepared('DELETE FROM sqlite_sequence WHERE name = ?').run(row[0]))
    // As a number, a whole number would be stored as a floating-point number where the column has no type.
    this.#guarded(() => this.#prepared(sql).run(...row.map(value => (Number.isSafeInteger(value) ? BigInt(value as number) : value))))
  }

  /** Column names become part of SQL. */
  #checkColumns(name: string, columns: readonly string[]): void {
    if (this.#checked.get(name) === columns) return
    const own = this.#guarded(() => this.#prepared('SELECT name FROM pragma_table_info(?)').all(name)).map(row => row['name'])
    const stray = columns.find(column => !own.includes(column))
    if (stray !== undefined)
      throw new SpillwayError('SPILL_DATA', `the backup has a column '${stray}' of table '${name}', which does not have it`)
    this.#checked.set(name, columns)
  }

  /** Sets a named value. */
  putValue(name: string, value: string): void {
    const sql = 'INSERT OR REPLACE INTO value (name, value, sum) VALUES (?, ?, ?)'
    this.#guarded(() => this.#prepared(sql).run(name, value, valueChecksum(name, value)))
  }

  /** Makes everything durable, and closes the file. */
  finish(): void {
    this.#guarded(() => {
      this.#db.exec('COMMIT')
      this.#db.close()
      const file = openSync(this.#path, 'r')
      fsyncSync(file)
      closeSync(file)
    })
  }

  /** Closes the file, which is useless. */
  abandon(): void {
    if (this.#db.isOpen) this.#db.close()
  }

  #guarded<T>(write: () => T): T {
    try {
      return write()
    } catch (error) {
      throw storeError(this.#path, error as Error)
    }
  }
}
