/** Effects into their table. Runs in the writer's thread, within a commit. */
import { SpillwayError } from '../../base/errors.ts'
import type { EffectChange, NewEffect } from '../effects.ts'
import type { DatabaseSync, StatementSync } from './sqlite.ts'

export class EffectWriter {
  readonly #insert: StatementSync
  readonly #changes: Readonly<Record<EffectChange['kind'], StatementSync>>

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      'INSERT INTO effect (number, action, id, entry, key, t, made, due, body, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const change = (set: string, from: string) => db.prepare(`UPDATE effect SET ${set} WHERE number = ?1 AND state = '${from}'`)
    this.#changes = {
      tried: change('attempts = attempts + 1, began = coalesce(began, ?2), sent = ?2, next = ?3, why = ?4', 'pending'),
      delivered: change(
        "state = 'delivered', attempts = attempts + 1, began = coalesce(began, ?2), sent = ?2, settled = ?3, next = NULL, why = NULL",
        'pending',
      ),
      dead: change(
        "state = 'dead', attempts = attempts + 1, began = coalesce(began, ?2), sent = ?2, settled = ?3, next = NULL, why = ?4",
        'pending',
      ),
      again: change("state = 'pending', attempts = 0, settled = NULL", 'dead'),
      dropped: change("state = 'dropped', settled = ?2, why = ?3", 'dead'),
    }
  }

  add({ number, action, id, entry, key, t, made, due, body, isDry }: NewEffect): void {
    this.#insert.run(number, action, id, entry, key, t, made, due ?? null, body, isDry ? 'dry' : 'pending')
  }

  /** Throws `SPILL_STORE` for an effect that is not there, or not in the state that the change is from: what the commit says of it would not be true. */
  change(change: EffectChange): void {
    if (this.#changed(change) === 1) return
    throw new SpillwayError('SPILL_STORE', `there is no effect ${change.number} that could be ${change.kind}`)
  }

  #changed(change: EffectChange): number | bigint {
    const { number } = change
    switch (change.kind) {
      case 'tried':
        return this.#changes.tried.run(number, change.sent, change.next, change.why).changes
      case 'delivered':
        return this.#changes.delivered.run(number, change.sent, change.at).changes
      case 'dead':
        return this.#changes.dead.run(number, change.sent, change.at, change.why).changes
      case 'again':
        return this.#changes.again.run(number).changes
      case 'dropped':
        return this.#changes.dropped.run(number, change.at, change.why).changes
    }
  }
}
