/** Queries of the dead-letter tables: unsettled and settled dead letters. */
import type { StrictOmit } from '../../base/index.ts'
import type { RawForm } from '../../intake/index.ts'
import type { DeadLetterLog, SettledDeadLetter, StoredDeadLetter } from '../dead-letters.ts'
import { PAGE_ROWS, type ReadConnection } from './read-connection.ts'

const COLUMNS = 'id, source, reason, detail, place, at, sequence, raw, attempts, form, original'
const AFTER = 'SELECT min(id) AS id FROM (SELECT min(id) AS id FROM dead WHERE id > ?1 UNION ALL SELECT min(id) FROM settled WHERE id > ?1)'
const NUMBERS = `SELECT coalesce(min(first), 0) AS first, coalesce(max(last), 0) AS last FROM (
  SELECT (SELECT min(id) FROM dead) AS first, (SELECT max(id) FROM dead) AS last
  UNION ALL SELECT (SELECT min(id) FROM settled), (SELECT max(id) FROM settled))`
const SETTLED_COLUMNS = `${COLUMNS}, outcome, why, settled`

export interface DeadLetterFilter {
  readonly source?: string | undefined
  readonly reason?: string | undefined
}

export interface DeadLetterCount {
  readonly source: string | null
  readonly reason: string
  readonly letters: number
}

/** Order of dead letters by their numbers, which are those of their rejections. */
export type DeadLetterOrder = 'oldest' | 'newest'

/** A dead letter without its record. */
export interface DeadLetterSummary extends Pick<StoredDeadLetter, 'id' | 'reason' | 'detail' | 'at'> {
  readonly source: string | null
}

export class DeadLetterReader implements DeadLetterLog {
  readonly #db: ReadConnection

  constructor(db: ReadConnection) {
    this.#db = db
  }

  /** Unsettled dead letters, oldest first, in pages; each page shows what is committed when it is read. */
  *dead(filter: DeadLetterFilter = {}): Generator<StoredDeadLetter> {
    for (const row of this.#pages('dead', COLUMNS, filter)) yield letterOf(row)
  }

  /** The number of the unsettled dead letter next to `id` in an order. Cost: one search of an index for each source and reason. */
  nextDead(id: number, order: DeadLetterOrder, { source, reason }: DeadLetterFilter = {}): number | undefined {
    const [beyond, first] = order === 'oldest' ? ['id > ?1', 'min(id)'] : ['id < ?1', 'max(id)']
    const query = `SELECT ${first} AS id FROM dead WHERE ${beyond}`
    if (source === undefined && reason === undefined) return this.#db.get<{ id: number | null }>(query, id)!.id ?? undefined
    // Dead letters of one source and reason are sorted by themselves.
    const kinds = this.counts().filter(count => count.source === (source ?? count.source) && count.reason === (reason ?? count.reason))
    const ids = kinds.flatMap(
      kind => this.#db.get<{ id: number | null }>(`${query} AND source IS ?2 AND reason = ?3`, id, kind.source, kind.reason)!.id ?? [],
    )
    return ids.length === 0 ? undefined : order === 'oldest' ? Math.min(...ids) : Math.max(...ids)
  }

  /** The unsettled dead letters next to `id` in an order, without their records: these are not read from disk. */
  summaries(id: number, order: DeadLetterOrder, limit: number): DeadLetterSummary[] {
    const [beyond, direction] = order === 'oldest' ? ['>', 'ASC'] : ['<', 'DESC']
    return this.#db.all<DeadLetterSummary>(
      `SELECT id, source, reason, detail, at FROM dead WHERE id ${beyond} ? ORDER BY id ${direction} LIMIT ?`,
      id,
      limit,
    )
  }

  /** Settled dead letters, oldest first. */
  *settled(filter: DeadLetterFilter = {}): Generator<SettledDeadLetter> {
    for (const row of this.#pages<SettledRow>('settled', SETTLED_COLUMNS, filter)) yield settledOf(row)
  }

  /** A dead letter by its number, settled or not. */
  byId(id: number): StoredDeadLetter | SettledDeadLetter | undefined {
    const unsettled = this.#unsettled(id)
    if (unsettled) return unsettled
    const settled = this.#db.get<SettledRow>(`SELECT ${SETTLED_COLUMNS} FROM settled WHERE id = ?`, id)
    return settled && settledOf(settled)
  }

  /** The first dead letter after a number, settled or not. */
  letterAfter(id: number): StoredDeadLetter | SettledDeadLetter | undefined {
    const next = this.#db.get<{ id: number | null }>(AFTER, id)!.id
    return next === null ? undefined : this.byId(next)
  }

  /** Numbers of the first and the last dead letter, settled or not; 0 if there is none. */
  numbers(): { readonly first: number; readonly last: number } {
    return this.#db.get(NUMBERS)!
  }

  counts(): DeadLetterCount[] {
    const query = `SELECT nullif(of, '') AS source, kind AS reason, number AS letters FROM counted
      WHERE what = 'letter' AND number > 0 ORDER BY of, kind`
    return this.#db.all<DeadLetterCount>(query).map(count => ({ ...count }))
  }

  /** Number of settled dead letters by outcome. */
  outcomes(): Record<string, number> {
    const rows = this.#db.all<{ outcome: string; letters: number }>(
      'SELECT outcome, count(*) AS letters FROM settled GROUP BY outcome ORDER BY outcome',
    )
    return Object.fromEntries(rows.map(({ outcome, letters }) => [outcome, letters]))
  }

  #unsettled(id: number): StoredDeadLetter | undefined {
    const row = this.#db.get<LetterRow>(`SELECT ${COLUMNS} FROM dead WHERE id = ?`, id)
    return row && letterOf(row)
  }

  #pages<R extends LetterRow>(table: 'dead' | 'settled', columns: string, { source, reason }: DeadLetterFilter): Generator<R> {
    const page = `SELECT ${columns} FROM ${table} WHERE id > ?1 AND (?2 IS NULL OR source = ?2) AND (?3 IS NULL OR reason = ?3) ORDER BY id LIMIT ${PAGE_ROWS}`
    return this.#db.pages<R>(page, { from: 0, numberOf: ({ id }) => id }, source ?? null, reason ?? null)
  }
}

interface LetterRow extends StrictOmit<StoredDeadLetter, 'source' | 'form' | 'original'> {
  readonly source: string | null
  readonly form: string | null
  readonly original: string | Uint8Array | null
}

interface SettledRow extends LetterRow, Pick<SettledDeadLetter, 'outcome' | 'settled'> {
  readonly why: string | null
}

const letterOf = ({ source, form, original, ...rest }: LetterRow): StoredDeadLetter => ({
  ...rest,
  source: source ?? undefined,
  form: form === null ? undefined : (JSON.parse(form) as RawForm),
  original: original ?? undefined,
})

const settledOf = ({ outcome, why, settled, ...letter }: SettledRow): SettledDeadLetter => ({
  ...letterOf(letter),
  outcome,
  why: why ?? undefined,
  settled,
})
