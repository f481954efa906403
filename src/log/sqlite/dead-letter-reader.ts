/** Queries of the dead-letter tables: unsettled and settled dead letters. */
import type { StrictOmit } from '../../base/index.ts'
import type { RawForm } from '../../intake/index.ts'
import type { DeadLetterLog, SettledDeadLetter, StoredDeadLetter } from '../dead-letters.ts'
import type { ReadConnection } from './read-connection.ts'
import { storedCounts } from './counts.ts'
import { PAGE_ROWS, pagedRows } from './paged-rows.ts'

const COLUMNS = 'id, source, reason, detail, place, at, sequence, raw, attempts, form, original'

export interface DeadLetterFilter {
  readonly source?: string | undefined
  readonly reason?: string | undefined
}

export interface DeadLetterCount {
  readonly source: string | null
  readonly reason: string
  readonly letters: number
}

export class DeadLetterReader implements DeadLetterLog {
  readonly #db: ReadConnection

  constructor(db: ReadConnection) {
    this.#db = db
  }

  /** Unsettled dead letters, oldest first, in pages; each page shows what is committed when it is read. */
  dead(filter: DeadLetterFilter = {}): Generator<StoredDeadLetter> {
    return this.#pages('dead', COLUMNS, letterOf, filter)
  }

  /** The oldest unsettled dead letter with a number above `id`. Read one at a time, since each may be large. */
  deadAfter(id: number, { source, reason }: DeadLetterFilter = {}): StoredDeadLetter | undefined {
    if (source === undefined && reason === undefined) {
      const next = this.#db.prepare(`SELECT ${COLUMNS} FROM dead WHERE id > ? ORDER BY id LIMIT 1`).get(id)
      return next && letterOf(next)
    }
    // Dead letters of one source and reason are sorted by themselves.
    const minId = this.#db.prepare('SELECT min(id) AS id FROM dead WHERE source IS ?1 AND reason = ?2 AND id > ?3')
    const kinds = this.counts().filter(count => count.source === (source ?? count.source) && count.reason === (reason ?? count.reason))
    const ids = kinds.map(kind => minId.get(kind.source, kind.reason, id)!['id']).filter(letterId => letterId !== null)
    const letter =
      ids.length === 0 ? undefined : this.#db.prepare(`SELECT ${COLUMNS} FROM dead WHERE id = ?`).get(Math.min(...ids.map(Number)))
    return letter && letterOf(letter)
  }

  /** Settled dead letters, oldest first. */
  settled(filter: DeadLetterFilter = {}): Generator<SettledDeadLetter> {
    return this.#pages('settled', `${COLUMNS}, outcome, why, settled`, settledOf, filter)
  }

  /** A dead letter by its number, settled or not. */
  byId(id: number): StoredDeadLetter | SettledDeadLetter | undefined {
    const dead = this.#db.prepare(`SELECT ${COLUMNS} FROM dead WHERE id = ?`).get(id)
    if (dead) return letterOf(dead)
    const settled = this.#db.prepare(`SELECT ${COLUMNS}, outcome, why, settled FROM settled WHERE id = ?`).get(id)
    return settled && settledOf(settled)
  }

  counts(): DeadLetterCount[] {
    return storedCounts(this.#db, 'letter').map(({ of, kind, number }) => ({
      source: of === '' ? null : of,
      reason: kind,
      letters: number,
    }))
  }

  /** Number of settled dead letters by outcome. */
  outcomes(): Record<string, number> {
    const rows = this.#db.prepare('SELECT outcome, count(*) AS letters FROM settled GROUP BY outcome ORDER BY outcome').all()
    return Object.fromEntries((rows as unknown as { outcome: string; letters: number }[]).map(({ outcome, letters }) => [outcome, letters]))
  }

  #pages<L extends StoredDeadLetter>(
    table: 'dead' | 'settled',
    columns: string,
    fromRow: (row: Row) => L,
    { source, reason }: DeadLetterFilter,
  ): Generator<L> {
    const page = this.#db.prepare(
      `SELECT ${columns} FROM ${table} WHERE id > ?1 AND (?2 IS NULL OR source = ?2) AND (?3 IS NULL OR reason = ?3) ORDER BY id LIMIT ${PAGE_ROWS}`,
    )
    return pagedRows(page, { from: 0, numberOf: ({ id }) => id }, fromRow, source ?? null, reason ?? null)
  }
}

type Row = Readonly<Record<string, unknown>>

function letterOf(row: Row): StoredDeadLetter {
  const { source, form, original, ...rest } = row as StrictOmit<StoredDeadLetter, 'source' | 'form' | 'original'> & {
    source: string | null
    form: string | null
    original: string | Uint8Array | null
  }
  return {
    ...rest,
    source: source ?? undefined,
    form: form === null ? undefined : (JSON.parse(form) as RawForm),
    original: original ?? undefined,
  }
}

function settledOf(row: Row): SettledDeadLetter {
  const { outcome, why, settled, ...letter } = row as { outcome: SettledDeadLetter['outcome']; why: string | null; settled: number }
  return { ...letterOf(letter), outcome, why: why ?? undefined, settled }
}
