/** Writes commits into the tables; several commits are one transaction and one fsync. Runs in the writer's thread. */
import { SpillwayError, limits } from '../../base/index.ts'
import { DECISION_PROGRESS, decisionProgressText } from '../named-values.ts'
import type { Commit, StoredSegment, StoredStageTimes } from '../store.ts'
import { CountWriter } from './counts.ts'
import { EffectWriter } from './effect-writer.ts'
import { DeadLetterWriter } from './dead-letter-writer.ts'
import { OpenFiles } from './open-files.ts'
import { migrate, valueChecksum } from './schema.ts'
import { preparedOnce, sqlite, type DatabaseSync, type Prepared } from './sqlite.ts'

/** WAL pages beyond which the writer runs a checkpoint itself; the checkpointer should be faster. */
const WAL_PAGES_LATE = Math.floor(limits.WAL_PAGES_MAX * 1.25)

export class LogWriter {
  readonly #db: DatabaseSync
  readonly #prepared: Prepared
  readonly #letterCounts: CountWriter
  readonly #effectCounts: CountWriter
  readonly #letters: DeadLetterWriter
  readonly #effects: EffectWriter
  readonly #stages: StageWriter
  readonly #files: OpenFiles
  /** The decision progress, where the last segment's row holds it instead of the named value. */
  #rowProgress: string | undefined

  /** `pagesMax`: as in `SqliteStoreOptions`. Throws SQLite's error if the file cannot be used. */
  constructor(path: string, pagesMax?: number) {
    const db = new sqlite.DatabaseSync(path)
    this.#db = db
    // FULL: a commit is on disk before it is acknowledged. The checkpointer moves the WAL into the database. This thread does so only if
    // the checkpointer gets no processor time, so that the WAL stays bounded on an overloaded machine. The timeout comes first: a reader that
    // closes the file at this moment holds its lock.
    db.exec(
      `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${WAL_PAGES_LATE}`,
    )
    if (pagesMax !== undefined) db.exec(`PRAGMA max_page_count = ${pagesMax}`)
    migrate(db, path)
    checkStructure(db, path)
    const prepared = preparedOnce(db)
    this.#prepared = prepared
    this.#letterCounts = new CountWriter(prepared, 'letter')
    this.#effectCounts = new CountWriter(prepared, 'effect')
    this.#letters = new DeadLetterWriter(prepared, this.#letterCounts)
    this.#effects = new EffectWriter(prepared, this.#effectCounts)
    this.#stages = new StageWriter(prepared)
    const last = prepared('SELECT first + entries AS end, decided FROM segment ORDER BY first DESC LIMIT 1').get()
    if (last && last['decided'] !== null) this.#rowProgress = decisionProgressText(Number(last['end']))
    this.#files = new OpenFiles(path)
  }

  /** Writes all commits durably, or none and throws. @throws `SPILL_STORE` also if the files were deleted or replaced: what it wrote is lost then. */
  write(commits: readonly Commit[]): void {
    this.#prepared('BEGIN IMMEDIATE').run()
    try {
      for (const commit of commits) this.#apply(commit)
      this.#effectCounts.write()
      this.#letterCounts.write()
      this.#prepared('COMMIT').run()
    } catch (error) {
      // A full disk has already rolled back.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
    this.#files.check()
  }

  close(): void {
    this.#db.close()
  }

  #apply({
    segment,
    decisions = [],
    effects = [],
    effectChanges = [],
    stages,
    deadLetters = [],
    deadLetterChanges = [],
    schemas = [],
    forget,
    put = [],
  }: Commit): void {
    for (const { source, version, columns } of schemas) {
      const text = JSON.stringify(columns)
      const insert = this.#prepared('INSERT INTO schema (source, version, columns, sum) VALUES (?, ?, ?, ?)')
      insert.run(source, version, text, valueChecksum(`${source} ${version}`, text))
    }
    const values = segment ? this.#append(segment, put) : put
    const insertBatch = this.#prepared('INSERT INTO decisions (model, first, last, count, bytes) VALUES (?, ?, ?, ?, ?)')
    for (const { model, first, last, count, bytes } of decisions) insertBatch.run(model, first, last, count, bytes)
    for (const effect of effects) this.#effects.add(effect)
    for (const change of effectChanges) this.#effects.change(change)
    if (stages) this.#stages.add(stages)
    for (const change of deadLetterChanges) this.#letters.change(change)
    for (const deadLetter of deadLetters) this.#letters.add(deadLetter)
    if (forget !== undefined) this.#forgetBefore(forget)
    for (const [name, value] of values) this.#putValue(name, value)
  }

  /** Returns the named values to write, without the decision progress where the segment's row holds it. */
  #append({ first, entries, arrival, bytes }: StoredSegment, put: NonNullable<Commit['put']>): NonNullable<Commit['put']> {
    const text = decisionProgressText(first + entries)
    const isComplete = put.some(([name, value]) => name === DECISION_PROGRESS && value === text)
    const insert = this.#prepared('INSERT INTO segment (first, entries, arrival, bytes, decided) VALUES (?, ?, ?, ?, ?)')
    insert.run(first, entries, arrival, bytes, isComplete ? valueChecksum(DECISION_PROGRESS, text) : null)
    const before = this.#rowProgress
    this.#rowProgress = isComplete ? text : undefined
    if (isComplete) return put.filter(([name]) => name !== DECISION_PROGRESS)
    // If this segment's row does not hold the progress, the named value must.
    return before === undefined ? put : [[DECISION_PROGRESS, before], ...put]
  }

  #forgetBefore(entry: number): void {
    this.#prepared('DELETE FROM segment WHERE first < ?').run(entry)
    this.#prepared('DELETE FROM decisions WHERE id < (SELECT id FROM decisions WHERE last >= ? ORDER BY id LIMIT 1)').run(entry)
    this.#prepared('DELETE FROM stage WHERE last < ?').run(entry)
    for (const [name, greatest] of this.#effects.remove(entry)) {
      const stored = this.#prepared('SELECT value FROM value WHERE name = ?').get(name) as { value: string } | undefined
      this.#putValue(name, String(Math.max(Number(stored?.value ?? 0), greatest)))
    }
  }

  #putValue(name: string, value: string | null): void {
    if (value === null) this.#prepared('DELETE FROM value WHERE name = ?').run(name)
    else this.#prepared('INSERT OR REPLACE INTO value (name, value, sum) VALUES (?, ?, ?)').run(name, value, valueChecksum(name, value))
  }
}

/** Writes stage times into their bounded table: keeps all of the newest blocks, then one in so many, and deletes the oldest. */
export class StageWriter {
  readonly #prepared: Prepared
  readonly #recent: number
  readonly #sampled: number

  /** `recent` and `sampled`: numbers of blocks kept in full and sampled. */
  constructor(prepared: Prepared, recent: number = limits.STAGE_BLOCKS_RECENT, sampled: number = limits.STAGE_BLOCKS_SAMPLED) {
    this.#prepared = prepared
    this.#recent = recent
    this.#sampled = sampled
  }

  add({ number, first, last, bytes }: StoredStageTimes): void {
    const every = limits.STAGE_BLOCKS_EVERY
    this.#prepared('INSERT OR REPLACE INTO stage (number, first, last, bytes) VALUES (?, ?, ?, ?)').run(number, first, last, bytes)
    this.#prepared(`DELETE FROM stage WHERE number = ? AND number % ${every} <> 0`).run(number - this.#recent)
    this.#prepared('DELETE FROM stage WHERE number <= ?').run(number - this.#recent - this.#sampled * every)
  }
}

/**
 * Runs SQLite's own check of its pages, on files so small that it takes milliseconds. Damage in a larger file is detected when it is read.
 * Throws `SPILL_DATA`.
 */
function checkStructure(db: DatabaseSync, path: string): void {
  const { page_count: pages } = db.prepare('PRAGMA page_count').get() as { page_count: number }
  if (pages > limits.QUICK_CHECK_PAGES_MAX) return
  const { quick_check: result } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
  if (result === 'ok') return
  throw new SpillwayError('SPILL_DATA', `is damaged (${result}); restore the folder from a backup`, { place: path })
}
