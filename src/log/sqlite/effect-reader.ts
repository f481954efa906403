/** Queries of the effect table: the outbox, for the dispatcher and for people. */
import type { StrictOmit } from '../../base/index.ts'
import type { EffectState, StoredEffect, EffectLog } from '../effects.ts'
import type { ReadConnection, ReadStatement } from './read-connection.ts'
import { FORGOTTEN_CHANGES, FORGOTTEN_EFFECTS } from './effect-writer.ts'
import { storedCounts } from './counts.ts'
import { PAGE_ROWS, pagedRows } from './paged-rows.ts'

const COLUMNS_WITHOUT_BODY = 'number, action, id, entry, key, t, made, due, state, attempts, next, why, began, sent, settled'
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
  readonly #pending: ReadStatement
  #pendingOf: ReadStatement | undefined
  readonly #changedAfter: ReadStatement
  readonly #changes: ReadStatement

  constructor(db: ReadConnection) {
    this.#db = db
    this.#pending = db.prepare(
      `SELECT ${COLUMNS} FROM effect WHERE state = 'pending' AND action = ?1 AND number > ?2 ORDER BY number LIMIT ?3`,
    )
    this.#changedAfter = db.prepare(
      `SELECT ${COLUMNS_WITHOUT_BODY}, changed FROM effect WHERE changed > ?1 AND (?2 IS NULL OR action = ?2) ORDER BY changed LIMIT ${PAGE_ROWS}`,
    )
    this.#changes = db.prepare(
      `SELECT coalesce((SELECT max(changed) FROM effect), 0) AS last,
         coalesce((SELECT CAST(value AS INTEGER) FROM value WHERE name = '${FORGOTTEN_CHANGES}'), 0) AS forgotten`,
    )
  }

  lastNumber(): number {
    const last = this.#db.prepare(
      `SELECT max(coalesce((SELECT max(number) FROM effect), 0),
         coalesce((SELECT CAST(value AS INTEGER) FROM value WHERE name = '${FORGOTTEN_EFFECTS}'), 0)) AS last`,
    )
    return (last.get() as { last: number }).last
  }

  pending(action: string, after: number, limit: number): StoredEffect[] {
    return this.#pending.all(action, after, limit).map(effectOf)
  }

  pendingOfKey(action: string, key: string, after: number, last: number, limit: number): StoredEffect[] {
    // Only a store of the current format sends effects, and it has this index. By itself SQLite would scan all pending effects.
    this.#pendingOf ??= this.#db.prepare(
      `SELECT ${COLUMNS} FROM effect INDEXED BY effect_key
       WHERE state = 'pending' AND action = ?1 AND key = ?2 AND number > ?3 AND number <= ?4 ORDER BY number LIMIT ?5`,
    )
    return this.#pendingOf.all(action, key, after, last, limit).map(effectOf)
  }

  pendingCounts(): Map<string, number> {
    const pending = this.counts().filter(({ state }) => state === 'pending')
    return new Map(pending.map(({ action, effects }) => [action, effects]))
  }

  newestTimes(action: string, since: number): Map<string, number> {
    // Bodies are not read, which keeps a start fast.
    const page = this.#db.prepare(`SELECT number, action, key, t FROM effect WHERE number < ?1 ORDER BY number DESC LIMIT ${PAGE_ROWS}`)
    const newest = new Map<string, number>()
    for (const { action: effectAction, key, t } of pagedRows(page, fromNewest, effectOf)) {
      // Effects are in order of decision, whose times never fall.
      if (t < since) break
      if (effectAction === action && !newest.has(key)) newest.set(key, t)
    }
    return newest
  }

  byNumber(number: number): StoredEffect | undefined {
    const row = this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE number = ?`).get(number)
    return row && effectOf(row)
  }

  /** The effect with an idempotency key. Scans all effects. */
  byId(id: string): StoredEffect | undefined {
    const row = this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE id = ?`).get(id)
    return row && effectOf(row)
  }

  /** Effects of the decisions on a log entry. */
  byEntry(entry: number): StoredEffect[] {
    return this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE entry = ? ORDER BY number`).all(entry).map(effectOf)
  }

  /** Effects, newest first, in pages; each page shows what is committed when it is read. */
  newestFirst(filter: EffectFilter = {}, pageSize = PAGE_ROWS): Generator<StoredEffect> {
    if (filter.action !== undefined || filter.state !== undefined) return this.#newestMatching(filter, pageSize)
    const page = this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE number < ?1 ORDER BY number DESC LIMIT ${pageSize}`)
    return pagedRows(page, { ...fromNewest, size: pageSize }, effectOf)
  }

  /** Merges the effects of several actions and states, each of which is sorted by itself. */
  *#newestMatching({ action, state }: EffectFilter, pageSize: number): Generator<StoredEffect> {
    const kinds = this.counts().filter(count => count.action === (action ?? count.action) && count.state === (state ?? count.state))
    const numbersOfKind = this.#db.prepare(
      `SELECT number FROM effect WHERE action = ?1 AND state = ?2 AND number < ?3 ORDER BY number DESC LIMIT ${pageSize}`,
    )
    const at = this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE number = ?`)
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const numbers = kinds.flatMap(kind => numbersOfKind.all(kind.action, kind.state, before).map(row => Number(row['number'])))
      const newest = numbers.toSorted((a, b) => b - a).slice(0, pageSize)
      const effects = newest.map(number => effectOf(at.get(number)!))
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
    return this.#changedAfter.all(change, action ?? null).map(row => effectOf(row) as unknown as ChangedEffect)
  }

  /** Number of the last change, and of the last change among effects that retention removed; 0 if there is none. */
  changeNumbers(): { readonly last: number; readonly forgotten: number } {
    const { last, forgotten } = this.#changes.get() as { last: number; forgotten: number }
    return { last: Math.max(last, forgotten), forgotten }
  }

  /** Effects with numbers above `number`, in order. */
  after(number: number): Generator<StoredEffect> {
    const page = this.#db.prepare(`SELECT ${COLUMNS} FROM effect WHERE number > ?1 ORDER BY number LIMIT ${PAGE_ROWS}`)
    return pagedRows(page, { from: number, numberOf: effect => effect.number }, effectOf)
  }

  counts(): EffectCount[] {
    return storedCounts(this.#db, 'effect').map(({ of, kind, number }) => ({ action: of, state: kind as EffectState, effects: number }))
  }
}

const fromNewest = { from: Number.MAX_SAFE_INTEGER, numberOf: ({ number }: StoredEffect): number => number }

/** Replaces SQLite's NULL by `undefined`. */
const effectOf = (row: Readonly<Record<string, unknown>>): StoredEffect =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as unknown as StoredEffect
