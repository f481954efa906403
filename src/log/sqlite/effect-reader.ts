/** Queries of the effect table: the outbox, for the dispatcher and for people. */
import type { StrictOmit } from '../../base/index.ts'
import type { EffectState, StoredEffect, EffectLog } from '../effects.ts'
import { PAGE_ROWS, type ReadConnection } from './read-connection.ts'
import { FORGOTTEN_CHANGE, LAST_CHANGE, LAST_EFFECT } from './effect-writer.ts'

const COLUMNS_WITHOUT_BODY =
  'number, action, id, entry, key, t, made AS decidedAt, due, state, attempts, next, why, began, sent, settled, trace'
const COLUMNS = `${COLUMNS_WITHOUT_BODY}, body`

export interface EffectFilter {
  readonly action?: string | undefined
  readonly state?: EffectState | undefined
}

export interface EffectCount {
  readonly action: string
  readonly state: EffectState
  readonly effects: number
}

/** An effect without its body; `changed` is the number of its last change, counted over all effects. */
export type ChangedEffect = StrictOmit<StoredEffect, 'body'> & { readonly changed: number }

export class EffectReader implements EffectLog {
  readonly #db: ReadConnection

  constructor(db: ReadConnection) {
    this.#db = db
  }

  lastNumber(): number {
    return this.#db.get<{ last: number }>(`SELECT ${LAST_EFFECT} AS last`)!.last
  }

  pending(action: string, after: number, limit: number): StoredEffect[] {
    const query = `SELECT ${COLUMNS} FROM effect WHERE state = 'pending' AND action = ?1 AND number > ?2 ORDER BY number LIMIT ?3`
    return this.#db.all<EffectRow>(query, action, after, limit).map(effectOf)
  }

  pendingOfKey(action: string, key: string, after: number, last: number, limit: number): StoredEffect[] {
    // Only a store of the current format sends effects, and it has this index. By itself SQLite would scan all pending effects.
    const query = `SELECT ${COLUMNS} FROM effect INDEXED BY effect_key
       WHERE state = 'pending' AND action = ?1 AND key = ?2 AND number > ?3 AND number <= ?4 ORDER BY number LIMIT ?5`
    return this.#db.all<EffectRow>(query, action, key, after, last, limit).map(effectOf)
  }

  pendingCounts(): Map<string, number> {
    const pending = this.counts().filter(({ state }) => state === 'pending')
    return new Map(pending.map(({ action, effects }) => [action, effects]))
  }

  newestTimes(action: string, since: number): Map<string, number> {
    // Bodies are not read, which keeps a start fast.
    const page = `SELECT number, action, key, t FROM effect WHERE number < ?1 ORDER BY number DESC LIMIT ${PAGE_ROWS}`
    const newest = new Map<string, number>()
    for (const { action: effectAction, key, t } of this.#db.pages(page, fromNewest)) {
      // Effects are in order of decision, whose times never fall.
      if (t < since) break
      if (effectAction === action && !newest.has(key)) newest.set(key, t)
    }
    return newest
  }

  byNumber(number: number): StoredEffect | undefined {
    return this.#effectWhere('number = ?', number)
  }

  /** The effect with an idempotency key. Scans all effects. */
  byId(id: string): StoredEffect | undefined {
    return this.#effectWhere('id = ?', id)
  }

  /** Effects of the decisions on a log entry. */
  byEntry(entry: number): StoredEffect[] {
    return this.#db.all<EffectRow>(`SELECT ${COLUMNS} FROM effect WHERE entry = ? ORDER BY number`, entry).map(effectOf)
  }

  /** Effects, newest first, in pages; each page shows what is committed when it is read. */
  *newestFirst(filter: EffectFilter = {}, pageSize = PAGE_ROWS): Generator<StoredEffect> {
    if (filter.action !== undefined || filter.state !== undefined) return yield* this.#newestMatching(filter, pageSize)
    const page = `SELECT ${COLUMNS} FROM effect WHERE number < ?1 ORDER BY number DESC LIMIT ${pageSize}`
    for (const row of this.#db.pages(page, { ...fromNewest, size: pageSize })) yield effectOf(row)
  }

  /** Merges the effects of several actions and states, each of which is sorted by itself. */
  *#newestMatching({ action, state }: EffectFilter, pageSize: number): Generator<StoredEffect> {
    const kinds = this.counts().filter(count => count.action === (action ?? count.action) && count.state === (state ?? count.state))
    const ofKind = `SELECT number FROM effect WHERE action = ?1 AND state = ?2 AND number < ?3 ORDER BY number DESC LIMIT ${pageSize}`
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const numbers = kinds.flatMap(kind =>
        this.#db.all<{ number: number }>(ofKind, kind.action, kind.state, before).map(row => row.number),
      )
      const newest = numbers.toSorted((a, b) => b - a).slice(0, pageSize)
      const effects = newest.map(number => this.byNumber(number)!)
      // Another process may have changed an effect in between.
      yield* effects.filter(effect => effect.state === (state ?? effect.state))
      if (newest.length < pageSize) return
      before = newest.at(-1)!
    }
  }

  /**
   * One page of the effects that changed after a change number, in their current state, ordered by their last change; of one action if it
   * is given.
   */
  changedAfter(change: number, action?: string): ChangedEffect[] {
    const query = `SELECT ${COLUMNS_WITHOUT_BODY}, changed FROM effect WHERE changed > ?1 AND (?2 IS NULL OR action = ?2) ORDER BY changed LIMIT ${PAGE_ROWS}`
    return this.#db.all<EffectRow>(query, change, action ?? null).map(row => effectOf(row) as unknown as ChangedEffect)
  }

  /** Number of the last change, and of the last change among effects that retention removed; 0 if there is none. */
  changeNumbers(): { readonly last: number; readonly forgotten: number } {
    return { ...this.#db.get<{ last: number; forgotten: number }>(`SELECT ${LAST_CHANGE} AS last, ${FORGOTTEN_CHANGE} AS forgotten`)! }
  }

  /** Effects with numbers above `number`, in order. */
  *after(number: number): Generator<StoredEffect> {
    const page = `SELECT ${COLUMNS} FROM effect WHERE number > ?1 ORDER BY number LIMIT ${PAGE_ROWS}`
    for (const row of this.#db.pages(page, { ...fromNewest, from: number })) yield effectOf(row)
  }

  counts(): EffectCount[] {
    const query =
      "SELECT of AS action, kind AS state, number AS effects FROM counted WHERE what = 'effect' AND number > 0 ORDER BY of, kind"
    return this.#db.all<EffectCount>(query).map(count => ({ ...count }))
  }

  #effectWhere(condition: 'number = ?' | 'id = ?', value: number | string): StoredEffect | undefined {
    const row = this.#db.get<EffectRow>(`SELECT ${COLUMNS} FROM effect WHERE ${condition}`, value)
    return row && effectOf(row)
  }
}

/** A row of the effect table, as far as it was read; SQLite has NULL for `undefined`. */
type EffectRow = Pick<StoredEffect, 'number' | 'action' | 'key' | 't'>

const fromNewest = { from: Number.MAX_SAFE_INTEGER, numberOf: ({ number }: EffectRow): number => number }

/** An effect without a trace context has no `trace` at all, as it was added. */
const effectOf = ({ trace, ...row }: EffectRow & { readonly trace?: string | null }): StoredEffect =>
  ({
    ...Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])),
    ...(trace != null && { trace }),
  }) as unknown as StoredEffect
