/** Effects into their table. Runs in the writer's thread, within a commit. */
import { SpillwayError } from '../../base/errors.ts'
import type { EffectChange, NewEffect } from '../effects.ts'
import type { DatabaseSync, StatementSync } from './sqlite.ts'

/** The value that has the last number of a change of an effect that was forgotten. */
export const FORGOTTEN_CHANGES = 'effects/forgotten'

const DONE = "entry < ? AND state IN ('delivered', 'dropped', 'dry')"

export class EffectWriter {
  readonly #insert: StatementSync
  readonly #changes: Readonly<Record<EffectChange['kind'], StatementSync>>
  readonly #lastForgotten: StatementSync
  readonly #forget: StatementSync
  /** The number of the last change; a commit that fails leaves a gap, and is the last. */
  #changed: number

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      'INSERT INTO effect (number, action, id, entry, key, t, made, due, body, state, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const change = (set: string, from: string) =>
      db.prepare(`UPDATE effect SET changed = ?2, ${set} WHERE number = ?1 AND state = '${from}'`)
    this.#changes = {
      tried: change('attempts = attempts + 1, began = coalesce(began, ?3), sent = ?3, next = ?4, why = ?5', 'pending'),
      delivered: change(
        "state = 'delivered', attempts = attempts + 1, began = coalesce(began, ?3), sent = ?3, settled = ?4, next = NULL, why = NULL",
        'pending',
      ),
      dead: change(
        "state = 'dead', attempts = attempts + 1, began = coalesce(began, ?3), sent = ?3, settled = ?4, next = NULL, why = ?5",
        'pending',
      ),
      again: change("state = 'pending', attempts = 0, settled = NULL", 'dead'),
      dropped: change("state = 'dropped', settled = ?3, why = ?4", 'dead'),
    }
    this.#lastForgotten = db.prepare(`SELECT max(changed) AS last FROM effect WHERE ${DONE}`)
    this.#forget = db.prepare(`DELETE FROM effect WHERE ${DONE}`)
    const { last } = db
      .prepare(
        `SELECT max(coalesce((SELECT max(changed) FROM effect), 0), coalesce((SELECT CAST(value AS INTEGER) FROM value WHERE name = '${FORGOTTEN_CHANGES}'), 0)) AS last`,
      )
      .get() as { last: number }
    this.#changed = last
  }

  /** Takes away those that are done and of decisions before `entry`. Returns the last number of a change that is gone with them, if one is. */
  forget(entry: number): number | undefined {
    const { last } = this.#lastForgotten.get(entry) as { last: number | null }
    this.#forget.run(entry)
    return last ?? undefined
  }

  add({ number, action, id, entry, key, t, made, due, body, isDry }: NewEffect): void {
    this.#insert.run(number, action, id, entry, key, t, made, due ?? null, body, isDry ? 'dry' : 'pending', ++this.#changed)
  }

  /** Throws `SPILL_STORE` for an effect that is not there, or not in the state that the change is from: what the commit says of it would not be true. */
  change(change: EffectChange): void {
    if (this.#apply(change, ++this.#changed) === 1) return
    throw new SpillwayError('SPILL_STORE', `there is no effect ${change.number} that could be ${change.kind}`)
  }

  #apply(change: EffectChange, count: number): number | bigint {
    const { number } = change
    switch (change.kind) {
      case 'tried':
        return this.#changes.tried.run(number, count, change.sent, change.next, change.why).changes
      case 'delivered':
        return this.#changes.delivered.run(number, count, change.sent, change.at).changes
      case 'dead':
        return this.#changes.dead.run(number, count, change.sent, change.at, change.why).changes
      case 'again':
        return this.#changes.again.run(number, count).changes
      case 'dropped':
        return this.#changes.dropped.run(number, count, change.at, change.why).changes
    }
  }
}
