/** Reads the committed log from its SQLite file, over a connection of its own that blocks no writer. */
import { DECISION_PROGRESS, decisionProgressText } from '../decision-progress.ts'
import type { StoredDecisionBatch, StoredLog, StoredSchema, StoredSegment, StoredStageTimes } from '../store.ts'
import { ReadConnection, type ReadStatement } from './read-connection.ts'
import { DecisionFinder } from './decision-finder.ts'
import { EffectReader } from './effect-reader.ts'
import { DeadLetterReader } from './dead-letter-reader.ts'
import { StateFiles } from './state-files.ts'
import { verifyChecksum } from './checksums.ts'

/** Summary of a model's recorded decisions: their number, the entries of the first and the last, and their bytes. */
export interface DecisionSummary {
  readonly model: string
  readonly decisions: number
  readonly first: number
  readonly last: number
  readonly bytes: number
}

/** A decision batch with its number in the order of recording. */
export interface NumberedDecisionBatch extends StoredDecisionBatch {
  readonly number: number
}

export class SqliteReader implements StoredLog {
  readonly deadLetters: DeadLetterReader
  readonly effects: EffectReader
  readonly #path: string
  readonly #db: ReadConnection
  readonly #segmentAt: ReadStatement
  readonly #lastSegment: ReadStatement
  readonly #get: ReadStatement
  readonly #decided: ReadStatement
  readonly #named: ReadStatement
  readonly #decisionsAfter: ReadStatement
  readonly #decisionNumbers: ReadStatement
  readonly #finder: DecisionFinder
  readonly #states: StateFiles

  /**
   * @throws as `ReadConnection` does; so do all queries.
   */
  constructor(path: string) {
    this.#states = StateFiles.beside(path)
    const db = new ReadConnection(path)
    this.#path = path
    this.#db = db
    this.deadLetters = new DeadLetterReader(db)
    this.effects = new EffectReader(db)
    this.#finder = new DecisionFinder(db)
    this.#segmentAt = db.prepare(
      `SELECT first, entries, arrival, bytes FROM segment
       WHERE first >= coalesce((SELECT max(first) FROM segment WHERE first <= ?1 AND first + entries > ?1), ?1) ORDER BY first LIMIT 1`,
    )
    this.#lastSegment = db.prepare('SELECT first, entries, arrival, bytes FROM segment ORDER BY first DESC LIMIT 1')
    this.#get = db.prepare('SELECT value, sum FROM value WHERE name = ?')
    this.#decided = db.prepare(
      'SELECT first + entries AS end, decided AS sum FROM segment WHERE first = (SELECT max(first) FROM segment) AND decided IS NOT NULL',
    )
    this.#named = db.prepare('SELECT name, value, sum FROM value WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name')
    this.#decisionsAfter = db.prepare(
      'SELECT id AS number, model, first, last, count, bytes FROM decisions WHERE id > ?1 AND (?2 IS NULL OR model = ?2) ORDER BY id LIMIT 1',
    )
    this.#decisionNumbers = db.prepare(
      'SELECT coalesce((SELECT min(id) FROM decisions), 0) AS first, coalesce((SELECT max(id) FROM decisions), 0) AS last',
    )
  }

  /** Format of the folder when it was opened. */
  get format(): number {
    return this.#db.format
  }

  segmentAt(sequence: number): StoredSegment | undefined {
    return this.#segmentAt.get(sequence) as StoredSegment | undefined
  }

  lastSegment(): StoredSegment | undefined {
    return this.#lastSegment.get() as StoredSegment | undefined
  }

  schemas(): StoredSchema[] {
    const rows = this.#db.prepare('SELECT source, version, columns, sum FROM schema ORDER BY source, version').all()
    return rows.map(row => {
      const { source, version, columns, sum } = row as { source: string; version: number; columns: string; sum: number | null }
      const text = verifyChecksum(this.#path, `${source} ${version}`, columns, sum)
      return { source, version, columns: JSON.parse(text) as StoredSchema['columns'] }
    })
  }

  get(name: string): string | undefined {
    // Between the two queries only later progress may be committed; progress never goes back.
    const decided = name === DECISION_PROGRESS ? (this.#decided.get() as { end: number; sum: number } | undefined) : undefined
    if (decided) return verifyChecksum(this.#path, name, decisionProgressText(decided.end), decided.sum)
    const row = this.#get.get(name) as { value: string; sum: number | null } | undefined
    return row && verifyChecksum(this.#path, name, row.value, row.sum)
  }

  named(prefix: string): [name: string, value: string][] {
    const values = this.#named.all(prefix).map((row): [string, string] => {
      const { name, value, sum } = row as { name: string; value: string; sum: number | null }
      return [name, verifyChecksum(this.#path, name, value, sum)]
    })
    const decided = DECISION_PROGRESS.startsWith(prefix) ? this.get(DECISION_PROGRESS) : undefined
    if (decided === undefined) return values
    return [...values.filter(([name]) => name !== DECISION_PROGRESS), [DECISION_PROGRESS, decided] as [string, string]].sort(([a], [b]) =>
      a < b ? -1 : 1,
    )
  }

  lastStageBlock(): number {
    return (this.#db.prepare('SELECT coalesce(max(number), 0) AS last FROM stage').get() as { last: number }).last
  }

  /** Blocks of stage times that may include decisions on a log entry. */
  stagesAt(entry: number): StoredStageTimes[] {
    const rows = this.#db.prepare('SELECT number, first, last, bytes FROM stage WHERE last >= ?1 AND first <= ?1 ORDER BY last')
    return rows.all(entry) as unknown as StoredStageTimes[]
  }

  /** Blocks of stage times, newest first. */
  *newestStages(): Generator<StoredStageTimes> {
    const next = this.#db.prepare('SELECT number, first, last, bytes FROM stage WHERE number < ?1 ORDER BY number DESC LIMIT 1')
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const row = next.get(before) as StoredStageTimes | undefined
      if (!row) return
      yield row
      before = row.number
    }
  }

  readState(name: string): Uint8Array | undefined {
    return this.#states.read(name)
  }

  /** Decision batches, newest first; of one model if it is given. */
  *newestDecisions(model?: string): Generator<StoredDecisionBatch> {
    const next = this.#db.prepare(
      'SELECT id, model, first, last, count, bytes FROM decisions WHERE id < ?1 AND (?2 IS NULL OR model = ?2) ORDER BY id DESC LIMIT 1',
    )
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const row = next.get(before, model ?? null) as (StoredDecisionBatch & { id: number }) | undefined
      if (!row) return
      yield row
      before = row.id
    }
  }

  /** Decision batches of a model on entries from `entry` on, oldest first. */
  *decisionsFrom(model: string, entry: number): Generator<StoredDecisionBatch> {
    const next = this.#db.prepare(
      'SELECT id, model, first, last, count, bytes FROM decisions WHERE id > ?1 AND model = ?2 AND first >= ?3 ORDER BY id LIMIT 1',
    )
    for (let after = 0; ;) {
      const row = next.get(after, model, entry) as (StoredDecisionBatch & { id: number }) | undefined
      if (!row) return
      yield row
      after = row.id
    }
  }

  /** The first decision batch after a batch number, of one model if it is given. Numbers ascend and are never reused. */
  decisionsAfter(number: number, model?: string): NumberedDecisionBatch | undefined {
    return this.#decisionsAfter.get(number, model ?? null) as NumberedDecisionBatch | undefined
  }

  /** Number of the first of the newest batches that together have at most `most` decisions. */
  firstOfNewest(most: number): number {
    const row = this.#db
      .prepare(
        `SELECT min(id) AS begin FROM (SELECT id, sum(count) OVER (ORDER BY id DESC) AS sum FROM decisions
         WHERE id > (SELECT max(id) FROM decisions) - ?1) WHERE sum <= ?1`,
      )
      .get(most) as { begin: number | null }
    return row.begin ?? this.decisionNumbers().last + 1
  }

  /** Numbers of the first and the last stored decision batch; 0 if there is none. */
  decisionNumbers(): { readonly first: number; readonly last: number } {
    return this.#decisionNumbers.get() as { first: number; last: number }
  }

  decisionsAt(entry: number): StoredDecisionBatch[] {
    return this.#finder.at(entry)
  }

  /** Models with recorded decisions, sorted by name. */
  models(): DecisionSummary[] {
    const rows = this.#db.prepare(
      'SELECT model, sum(count) AS decisions, min(first) AS first, max(last) AS last, sum(length(bytes)) AS bytes FROM decisions GROUP BY model',
    )
    return rows.all() as unknown as DecisionSummary[]
  }

  /** Size of the log. */
  logSize(): { readonly segments: number; readonly entries: number; readonly bytes: number } {
    const sums = 'count(*) AS segments, coalesce(sum(entries), 0) AS entries, coalesce(sum(length(bytes)), 0) AS bytes'
    return this.#db.prepare(`SELECT ${sums} FROM segment`).get() as { segments: number; entries: number; bytes: number }
  }

  /** Faults that SQLite finds in its pages, at most `limit` lines. Reads the whole file at once, so do not call it beside a run. */
  pageFaults(limit = 20): string[] {
    const rows = this.#db.prepare(`PRAGMA quick_check(${limit})`).all() as { quick_check: string }[]
    return rows.map(row => row.quick_check).filter(text => text !== 'ok')
  }

  close(): void {
    this.#db.close()
  }
}
