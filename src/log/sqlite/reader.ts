/** What is committed in the log's SQLite file, read by a connection of its own that blocks nobody. */
import type { StoredDecisions, StoredLog, StoredSchema, StoredSegment } from '../store.ts'
import { LetterReader } from './letter-reader.ts'
import { checkFormat } from './schema.ts'
import { StateFiles } from './state-files.ts'
import { sqlite, type DatabaseSync, type StatementSync } from './sqlite.ts'

/** What is recorded of one model's decisions: how many, the entries that made the first and the last, and their bytes. */
export interface ModelDecisions {
  readonly model: string
  readonly decisions: number
  readonly first: number
  readonly last: number
  readonly bytes: number
}

export class SqliteReader implements StoredLog {
  readonly letters: LetterReader
  readonly #db: DatabaseSync
  readonly #segmentAt: StatementSync
  readonly #lastSegment: StatementSync
  readonly #get: StatementSync
  readonly #named: StatementSync

  /** Throws `SPILL_DATA` for a database of another format, and what SQLite does if the file cannot be read. */
  readonly #states: StateFiles

  constructor(path: string) {
    this.#states = StateFiles.beside(path)
    const db = new sqlite.DatabaseSync(path, { readOnly: true })
    db.exec('PRAGMA busy_timeout = 5000')
    try {
      checkFormat(db, path)
    } catch (error) {
      db.close()
      throw error
    }
    this.#db = db
    this.letters = new LetterReader(db)
    this.#segmentAt = db.prepare(
      `SELECT first, entries, arrival, bytes FROM segment
       WHERE first >= coalesce((SELECT max(first) FROM segment WHERE first <= ?1 AND first + entries > ?1), ?1) ORDER BY first LIMIT 1`,
    )
    this.#lastSegment = db.prepare('SELECT first, entries, arrival, bytes FROM segment ORDER BY first DESC LIMIT 1')
    this.#get = db.prepare('SELECT value FROM value WHERE name = ?')
    this.#named = db.prepare('SELECT name, value FROM value WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name')
  }

  segmentAt(sequence: number): StoredSegment | undefined {
    return this.#segmentAt.get(sequence) as StoredSegment | undefined
  }

  lastSegment(): StoredSegment | undefined {
    return this.#lastSegment.get() as StoredSegment | undefined
  }

  schemas(): StoredSchema[] {
    const rows = this.#db.prepare('SELECT source, version, columns FROM schema ORDER BY source, version').all()
    return rows.map(row => {
      const { source, version, columns } = row as { source: string; version: number; columns: string }
      return { source, version, columns: JSON.parse(columns) as StoredSchema['columns'] }
    })
  }

  get(name: string): string | undefined {
    return (this.#get.get(name) as { value: string } | undefined)?.value
  }

  named(prefix: string): [name: string, value: string][] {
    return this.#named.all(prefix).map(row => {
      const { name, value } = row as { name: string; value: string }
      return [name, value]
    })
  }

  readState(name: string): Uint8Array | undefined {
    return this.#states.read(name)
  }

  /** Stretches of decisions, the newest first; of one model if it is named. */
  *decisions(model?: string): Generator<StoredDecisions> {
    const next = this.#db.prepare(
      'SELECT id, model, first, last, count, bytes FROM decisions WHERE id < ?1 AND (?2 IS NULL OR model = ?2) ORDER BY id DESC LIMIT 1',
    )
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const row = next.get(before, model ?? null) as (StoredDecisions & { id: number }) | undefined
      if (!row) return
      yield row
      before = row.id
    }
  }

  /** The stretches that hold decisions of an entry of the log. */
  decisionsAt(entry: number): StoredDecisions[] {
    const rows = this.#db.prepare('SELECT model, first, last, count, bytes FROM decisions WHERE first <= ?1 AND last >= ?1 ORDER BY id')
    return rows.all(entry) as unknown as StoredDecisions[]
  }

  /** Models that have decided, by name. */
  models(): ModelDecisions[] {
    const rows = this.#db.prepare(
      'SELECT model, sum(count) AS decisions, min(first) AS first, max(last) AS last, sum(length(bytes)) AS bytes FROM decisions GROUP BY model',
    )
    return rows.all() as unknown as ModelDecisions[]
  }

  /** How large the log is. */
  segments(): { readonly segments: number; readonly entries: number; readonly bytes: number } {
    const sums = 'count(*) AS segments, coalesce(sum(entries), 0) AS entries, coalesce(sum(length(bytes)), 0) AS bytes'
    return this.#db.prepare(`SELECT ${sums} FROM segment`).get() as { segments: number; entries: number; bytes: number }
  }

  /** What SQLite finds wrong with its own pages, at most `limit` lines. Reads the whole file in one go: not beside a run. */
  faults(limit = 20): string[] {
    const rows = this.#db.prepare(`PRAGMA quick_check(${limit})`).all() as { quick_check: string }[]
    return rows.map(row => row.quick_check).filter(text => text !== 'ok')
  }

  close(): void {
    this.#db.close()
  }
}
