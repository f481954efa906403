/** Effects as they stand in their table. */
import type { EffectState, StoredEffect, StoredEffects } from '../effects.ts'
import type { Asking, Question } from './asking.ts'

const PAGE = 500
const COLUMNS = 'number, action, id, entry, key, t, made, due, body, state, attempts, next, why, sent, settled'

export interface EffectFilter {
  readonly action?: string | undefined
  readonly state?: EffectState | undefined
}

export interface EffectCount {
  readonly action: string
  readonly state: EffectState
  readonly effects: number
}

export class EffectReader implements StoredEffects {
  readonly #db: Asking
  readonly #pending: Question

  constructor(db: Asking) {
    this.#db = db
    this.#pending = db.prepare(
      `SELECT ${COLUMNS} FROM effect WHERE state = 'pending' AND action = ?1 AND number > ?2 ORDER BY number LIMIT ?3`,
    )
  }

  last(): number {
    return (this.#db.prepare('SELECT coalesce(max(number), 0) AS last FROM effect').get() as { last: number }).last
  }

  pending(action: string, after: number, limit: number): StoredEffect[] {
    return this.#pending.all(action, after, limit).map(effectOf)
  }

  waiting(): string[] {
    const rows = this.#db.prepare("SELECT DISTINCT action FROM effect WHERE state = 'pending' ORDER BY action").all()
    return rows.map(row => String(row['action']))
  }

  newest(action: string, since: number): Map<string, number> {
    const page = this.#db.prepare(`SELECT number, action, key, t FROM effect WHERE number < ? ORDER BY number DESC LIMIT ${PAGE}`)
    const newest = new Map<string, number>()
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const rows = page.all(before) as unknown as Pick<StoredEffect, 'number' | 'action' | 'key' | 't'>[]
      for (const { action: of, key, t } of rows) {
        // Effects are in order of decision, whose times never fall.
        if (t < since) return newest
        if (of === action && !newest.has(key)) newest.set(key, t)
      }
      if (rows.length < PAGE) return newest
      before = rows.at(-1)!.number
    }
  }

  at(number: number): StoredEffect | undefined {
    const row = this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE number = ?`).get(number)
    return row && effectOf(row)
  }

  /** Of the decisions on an entry of the log. */
  ofEntry(entry: number): StoredEffect[] {
    return this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE entry = ? ORDER BY number`).all(entry).map(effectOf)
  }

  /** Effects with a number above `after`, the oldest first; each page is what is committed when it is come to. */
  *all({ action, state }: EffectFilter = {}, after = 0): Generator<StoredEffect> {
    const page = this.#db.prepare(
      `SELECT ${COLUMNS} FROM effect WHERE number > ?1 AND (?2 IS NULL OR action = ?2) AND (?3 IS NULL OR state = ?3) ORDER BY number LIMIT ${PAGE}`,
    )
    for (let last = after; ;) {
      const rows = page.all(last, action ?? null, state ?? null).map(effectOf)
      yield* rows
      if (rows.length < PAGE) return
      last = rows.at(-1)!.number
    }
  }

  /** The newest first. */
  *newestFirst({ action, state }: EffectFilter = {}): Generator<StoredEffect> {
    const page = this.#db.prepare(
      `SELECT ${COLUMNS} FROM effect WHERE number < ?1 AND (?2 IS NULL OR action = ?2) AND (?3 IS NULL OR state = ?3) ORDER BY number DESC LIMIT ${PAGE}`,
    )
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const rows = page.all(before, action ?? null, state ?? null).map(effectOf)
      yield* rows
      if (rows.length < PAGE) return
      before = rows.at(-1)!.number
    }
  }

  counts(): EffectCount[] {
    const rows = this.#db
      .prepare('SELECT action, state, count(*) AS effects FROM effect GROUP BY action, state ORDER BY action, state')
      .all()
    return rows.map(row => ({ ...row }) as unknown as EffectCount)
  }
}

/** SQLite's NULL is nothing. */
const effectOf = (row: Readonly<Record<string, unknown>>): StoredEffect =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as unknown as StoredEffect
