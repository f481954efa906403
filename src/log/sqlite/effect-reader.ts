/** Effects as they stand in their table. */
import type { EffectState, StoredEffect, StoredEffects } from '../effects.ts'
import type { Asking, Question } from './asking.ts'
import { FORGOTTEN_CHANGES } from './effect-writer.ts'
import { countsOf } from './counts.ts'
import { PAGE, pages } from './pages.ts'

const HEAD = 'number, action, id, entry, key, t, made, due, state, attempts, next, why, began, sent, settled'
const COLUMNS = `${HEAD}, body`

export interface EffectFilter {
  readonly action?: string | undefined
  readonly state?: EffectState | undefined
}

export interface EffectCount {
  readonly action: string
  readonly state: EffectState
  readonly effects: number
}

/** An effect without its body, and the number of its last change among those of all effects. */
export type ChangedEffect = Omit<StoredEffect, 'body'> & { readonly changed: number }

export class EffectReader implements StoredEffects {
  readonly #db: Asking
  readonly #pending: Question
  #pendingOf: Question | undefined
  readonly #changedAfter: Question
  readonly #changes: Question

  constructor(db: Asking) {
    this.#db = db
    this.#pending = db.prepare(
      `SELECT ${COLUMNS} FROM effect WHERE state = 'pending' AND action = ?1 AND number > ?2 ORDER BY number LIMIT ?3`,
    )
    this.#changedAfter = db.prepare(
      `SELECT ${HEAD}, changed FROM effect WHERE changed > ?1 AND (?2 IS NULL OR action = ?2) ORDER BY changed LIMIT ${PAGE}`,
    )
    this.#changes = db.prepare(
      `SELECT coalesce((SELECT max(changed) FROM effect), 0) AS last,
         coalesce((SELECT CAST(value AS INTEGER) FROM value WHERE name = '${FORGOTTEN_CHANGES}'), 0) AS forgotten`,
    )
  }

  last(): number {
    return (this.#db.prepare('SELECT coalesce(max(number), 0) AS last FROM effect').get() as { last: number }).last
  }

  pending(action: string, after: number, limit: number): StoredEffect[] {
    return this.#pending.all(action, after, limit).map(effectOf)
  }

  pendingOf(action: string, key: string, after: number, last: number, limit: number): StoredEffect[] {
    // Whoever sends effects has a store of today's format, with this index; SQLite would rather look at all that is pending.
    this.#pendingOf ??= this.#db.prepare(
      `SELECT ${COLUMNS} FROM effect INDEXED BY effect_key
       WHERE state = 'pending' AND action = ?1 AND key = ?2 AND number > ?3 AND number <= ?4 ORDER BY number LIMIT ?5`,
    )
    return this.#pendingOf.all(action, key, after, last, limit).map(effectOf)
  }

  waiting(): Map<string, number> {
    const pending = this.counts().filter(({ state }) => state === 'pending')
    return new Map(pending.map(({ action, effects }) => [action, effects]))
  }

  newest(action: string, since: number): Map<string, number> {
    // Without their bodies, which a start need not read.
    const page = this.#db.prepare(`SELECT number, action, key, t FROM effect WHERE number < ?1 ORDER BY number DESC LIMIT ${PAGE}`)
    const newest = new Map<string, number>()
    for (const { action: of, key, t } of pages(page, fromNewest, effectOf)) {
      // Effects are in order of decision, whose times never fall.
      if (t < since) break
      if (of === action && !newest.has(key)) newest.set(key, t)
    }
    return newest
  }

  at(number: number): StoredEffect | undefined {
    const row = this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE number = ?`).get(number)
    return row && effectOf(row)
  }

  /** By its idempotency key. Looks at all of them. */
  withId(id: string): StoredEffect | undefined {
    const row = this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE id = ?`).get(id)
    return row && effectOf(row)
  }

  /** Of the decisions on an entry of the log. */
  ofEntry(entry: number): StoredEffect[] {
    return this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE entry = ? ORDER BY number`).all(entry).map(effectOf)
  }

  /** The newest first, read some at a time: each time what is committed then. */
  newestFirst(filter: EffectFilter = {}, atOnce = PAGE): Generator<StoredEffect> {
    if (filter.action !== undefined || filter.state !== undefined) return this.#newestOf(filter, atOnce)
    const page = this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE number < ?1 ORDER BY number DESC LIMIT ${atOnce}`)
    return pages(page, { ...fromNewest, size: atOnce }, effectOf)
  }

  /** Those of some actions and states, of which each is in order by itself. */
  *#newestOf({ action, state }: EffectFilter, atOnce: number): Generator<StoredEffect> {
    const kinds = this.counts().filter(one => one.action === (action ?? one.action) && one.state === (state ?? one.state))
    const ofKind = this.#db.prepare(
      `SELECT number FROM effect WHERE action = ?1 AND state = ?2 AND number < ?3 ORDER BY number DESC LIMIT ${atOnce}`,
    )
    const at = this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE number = ?`)
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const numbers = kinds.flatMap(kind => ofKind.all(kind.action, kind.state, before).map(row => Number(row['number'])))
      const newest = numbers.toSorted((a, b) => b - a).slice(0, atOnce)
      const found = newest.map(number => effectOf(at.get(number)!))
      // Somebody else may have changed one in between.
      yield* found.filter(one => one.state === (state ?? one.state))
      if (newest.length < atOnce) return
      before = newest.at(-1)!
    }
  }

  /**
   * Those that have changed behind a number of a change, as they stand now, in the order in which they changed last; of one action if it is named. No more than a
   * page of them.
   */
  changedAfter(change: number, action?: string): ChangedEffect[] {
    return this.#changedAfter.all(change, action ?? null).map(row => effectOf(row) as unknown as ChangedEffect)
  }

  /** The number of the last change, and of the last of an effect that was forgotten; 0 where there is none. */
  changes(): { readonly last: number; readonly forgotten: number } {
    const { last, forgotten } = this.#changes.get() as { last: number; forgotten: number }
    return { last: Math.max(last, forgotten), forgotten }
  }

  /** Behind a number, in order. */
  after(number: number): Generator<StoredEffect> {
    const page = this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE number > ?1 ORDER BY number LIMIT ${PAGE}`)
    return pages(page, { from: number, numberOf: effect => effect.number }, effectOf)
  }

  counts(): EffectCount[] {
    return countsOf(this.#db, 'effect').map(({ of, kind, number }) => ({ action: of, state: kind as EffectState, effects: number }))
  }
}

const fromNewest = { from: Number.MAX_SAFE_INTEGER, numberOf: ({ number }: StoredEffect): number => number }

/** SQLite's NULL is nothing. */
const effectOf = (row: Readonly<Record<string, unknown>>): StoredEffect =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as unknown as StoredEffect
