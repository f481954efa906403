/** Reads the committed log from its SQLite file, over a connection of its own that blocks no writer. */
import { DECISION_PROGRESS, decisionProgressText } from '../named-values.ts'
import type { StoredDecisionBatch, StoredLog, StoredSchema, StoredSegment, StoredStageTimes } from '../store.ts'
import { ReadConnection } from './read-connection.ts'
import { findDecisions } from './decision-finder.ts'
import { EffectReader } from './effect-reader.ts'
import { DeadLetterReader } from './dead-letter-reader.ts'
import { verifyChecksum } from './schema.ts'
import { StateFiles } from './state-files.ts'

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

const SEGMENT_AT = `SELECT first, entries, arrival, bytes FROM segment
  WHERE first >= coalesce((SELECT max(first) FROM segment WHERE first <= ?1 AND first + entries > ?1), ?1) ORDER BY first LIMIT 1`
const BATCH = 'SELECT id AS number, model, first, last, count, bytes FROM decisions'
const BATCH_AFTER = `${BATCH} WHERE id > ?1 AND (?2 IS NULL OR model = ?2) ORDER BY id LIMIT 1`
const LAST_DECIDED =
  'SELECT first + entries AS end, decided AS sum FROM segment WHERE first = (SELECT max(first) FROM segment) AND decided IS NOT NULL'
/** Batches and blocks are read one at a time, since each may be large. */
const oneByOne = { numberOf: ({ number }: { readonly number: number }): number => number, size: 1 }

export class SqliteReader implements StoredLog {
  readonly deadLetters: DeadLetterReader
  readonly effects: EffectReader
  readonly #path: string
  readonly #db: ReadConnection
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
  }

  /** Format of the folder when it was opened. */
  get format(): number {
    return this.#db.format
  }

  segmentAt(sequence: number): StoredSegment | undefined {
    return this.#db.get(SEGMENT_AT, sequence)
  }

  lastSegment(): StoredSegment | undefined {
    return this.#db.get('SELECT first, entries, arrival, bytes FROM segment ORDER BY first DESC LIMIT 1')
  }

  schemas(): StoredSchema[] {
    const rows = this.#db.all<{ source: string; version: number; columns: string; sum: number | null }>(
      'SELECT source, version, columns, sum FROM schema ORDER BY source, version',
    )
    return rows.map(({ source, version, columns, sum }) => {
      const text = verifyChecksum(this.#path, `${source} ${version}`, columns, sum)
      return { source, version, columns: JSON.parse(text) as StoredSchema['columns'] }
    })
  }

  get(name: string): string | undefined {
    // Between the two queries only later progress may be committed; progress never goes back.
    const decided = name === DECISION_PROGRESS ? this.#db.get<{ end: number; sum: number }>(LAST_DECIDED) : undefined
    if (decided) return verifyChecksum(this.#path, name, decisionProgressText(decided.end), decided.sum)
    const row = this.#db.get<{ value: string; sum: number | null }>('SELECT value, sum FROM value WHERE name = ?', name)
    return row && verifyChecksum(this.#path, name, row.value, row.sum)
  }

  named(prefix: string): [name: string, value: string][] {
    const rows = this.#db.all<{ name: string; value: string; sum: number | null }>(
      // A range of the index; no name has the last code point.
      'SELECT name, value, sum FROM value WHERE name >= ?1 AND name < ?1 || char(0x10FFFF) ORDER BY name',
      prefix,
    )
    const values = rows.map(({ name, value, sum }): [string, string] => [name, verifyChecksum(this.#path, name, value, sum)])
    const decided = DECISION_PROGRESS.startsWith(prefix) ? this.get(DECISION_PROGRESS) : undefined
    if (decided === undefined) return values
    return [...values.filter(([name]) => name !== DECISION_PROGRESS), [DECISION_PROGRESS, decided] as [string, string]].sort(([a], [b]) =>
      a < b ? -1 : 1,
    )
  }

  lastStageBlock(): number {
    return this.#db.get<{ last: number }>('SELECT coalesce(max(number), 0) AS last FROM stage')!.last
  }

  /** Blocks of stage times that may include decisions on a log entry. */
  stagesAt(entry: number): StoredStageTimes[] {
    return this.#db.all('SELECT number, first, last, bytes FROM stage WHERE last >= ?1 AND first <= ?1 ORDER BY last', entry)
  }

  /** Blocks of stage times, newest first. */
  newestStages(): Generator<StoredStageTimes> {
    const next = 'SELECT number, first, last, bytes FROM stage WHERE number < ?1 ORDER BY number DESC LIMIT 1'
    return this.#db.pages<StoredStageTimes>(next, { ...oneByOne, from: Number.MAX_SAFE_INTEGER })
  }

  readState(name: string): Uint8Array | undefined {
    return this.#states.read(name)
  }

  /** Decision batches, newest first; of one model if it is given, and with numbers from `first` on and below `before`. */
  newestDecisions(model?: string, before: number = Number.MAX_SAFE_INTEGER, first: number = 0): Generator<NumberedDecisionBatch> {
    const next = `${BATCH} WHERE id < ?1 AND (?2 IS NULL OR model = ?2) AND id >= ?3 ORDER BY id DESC LIMIT 1`
    return this.#db.pages<NumberedDecisionBatch>(next, { ...oneByOne, from: before }, model ?? null, first)
  }

  /** Decision batches of a model on entries from `entry` on, oldest first. */
  decisionsFrom(model: string, entry: number): Generator<StoredDecisionBatch> {
    const next = `${BATCH} WHERE id > ?1 AND model = ?2 AND first >= ?3 ORDER BY id LIMIT 1`
    return this.#db.pages<NumberedDecisionBatch>(next, { ...oneByOne, from: 0 }, model, entry)
  }

  /** The first decision batch after a batch number, of one model if it is given. Numbers ascend and are never reused. */
  decisionsAfter(number: number, model?: string): NumberedDecisionBatch | undefined {
    return this.#db.get(BATCH_AFTER, number, model ?? null)
  }

  /** Number of the first of the newest batches that together have at most `most` decisions. */
  firstOfNewest(most: number): number {
    const query = `SELECT min(id) AS begin FROM (SELECT id, sum(count) OVER (ORDER BY id DESC) AS sum FROM decisions
      WHERE id > (SELECT max(id) FROM decisions) - ?1) WHERE sum <= ?1`
    return this.#db.get<{ begin: number | null }>(query, most)!.begin ?? this.decisionNumbers().last + 1
  }

  /** Numbers of the first and the last stored decision batch; 0 if there is none. */
  decisionNumbers(): { readonly first: number; readonly last: number } {
    return this.#db.get(
      'SELECT coalesce((SELECT min(id) FROM decisions), 0) AS first, coalesce((SELECT max(id) FROM decisions), 0) AS last',
    )!
  }

  decisionsAt(entry: number): StoredDecisionBatch[] {
    return findDecisions(this.#db, entry)
  }

  /** Models with recorded decisions, sorted by name. */
  models(): DecisionSummary[] {
    return this.#db.all(
      'SELECT model, sum(count) AS decisions, min(first) AS first, max(last) AS last, sum(length(bytes)) AS bytes FROM decisions GROUP BY model',
    )
  }

  /** Size of the log. */
  logSize(): { readonly segments: number; readonly entries: number; readonly bytes: number } {
    const sums = 'count(*) AS segments, coalesce(sum(entries), 0) AS entries, coalesce(sum(length(bytes)), 0) AS bytes'
    return this.#db.get(`SELECT ${sums} FROM segment`)!
  }

  /** Faults that SQLite finds in its pages, at most `limit` lines. Reads the whole file at once, so do not call it beside a run. */
  pageFaults(limit = 20): string[] {
    const rows = this.#db.all<{ quick_check: string }>(`PRAGMA quick_check(${limit})`)
    return rows.map(row => row.quick_check).filter(text => text !== 'ok')
  }

  close(): void {
    this.#db.close()
  }
}
