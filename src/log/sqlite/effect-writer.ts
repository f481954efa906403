/** Writes effects into their table. Runs in the writer's thread, within a commit. */
import { SpillwayError } from '../../base/index.ts'
import type { EffectChange, EffectState, NewEffect } from '../effects.ts'
import { CountWriter } from './counts.ts'
import type { DatabaseSync, StatementSync } from './sqlite.ts'

/** Name of the stored value with the greatest change number among removed effects. */
export const FORGOTTEN_CHANGES = 'effects/forgotten'

/** Name of the stored value with the greatest number of a removed effect. */
export const FORGOTTEN_EFFECTS = 'effects/last'

const FINISHED = "entry < ? AND state IN ('delivered', 'dropped', 'dry')"

const transitions: Readonly<Record<EffectChange['kind'], { readonly from: EffectState; readonly to: EffectState }>> = {
  tried: { from: 'pending', to: 'pending' },
  delivered: { from: 'pending', to: 'delivered' },
  dead: { from: 'pending', to: 'dead' },
  again: { from: 'dead', to: 'pending' },
  dropped: { from: 'dead', to: 'dropped' },
}

/** Removed effects of an action and state. */
interface ForgottenEffects {
  readonly action: string
  readonly state: EffectState
  readonly effects: number
  /** Greatest change number, and greatest number, among them. */
  readonly changed: number
  readonly number: number
}

export class EffectWriter {
  readonly #insert: StatementSync
  readonly #changes: Readonly<Record<EffectChange['kind'], StatementSync>>
  readonly #counts: CountWriter
  readonly #forgotten: StatementSync
  readonly #forget: StatementSync
  /** Number of the last change. A failed commit leaves a gap; the writer is not used after it. */
  #changed: number

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      'INSERT INTO effect (number, action, id, entry, key, t, made, due, body, state, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const change = (kind: EffectChange['kind'], set: string) =>
      db.prepare(`UPDATE effect SET changed = ?2, ${set} WHERE number = ?1 AND state = '${transitions[kind].from}' RETURNING action`)
    this.#changes = {
      tried: change('tried', 'attempts = attempts + 1, began = coalesce(began, ?3), sent = ?3, next = ?4, why = ?5'),
      delivered: change(
        'delivered',
        "state = 'delivered', attempts = attempts + 1, began = coalesce(began, ?3), sent = ?3, settled = ?4, next = NULL, why = NULL",
      ),
      dead: change(
        'dead',
        "state = 'dead', attempts = attempts + 1, began = coalesce(began, ?3), sent = ?3, settled = ?4, next = NULL, why = ?5",
      ),
      again: change('again', "state = 'pending', attempts = 0, settled = NULL"),
      dropped: change('dropped', "state = 'dropped', settled = ?3, why = ?4"),
    }
    this.#counts = new CountWriter(db, 'effect')
    // Forces the index on the entry; SQLite would choose the order of the GROUP BY.
    this.#forgotten = db.prepare(
      `SELECT action, state, count(*) AS effects, max(changed) AS changed, max(number) AS number FROM effect INDEXED BY effect_entry WHERE ${FINISHED} GROUP BY action, state`,
    )
    this.#forget = db.prepare(`DELETE FROM effect WHERE ${FINISHED}`)
    const { last } = db
      .prepare(
        `SELECT max(coalesce((SELECT max(changed) FROM effect), 0), coalesce((SELECT CAST(value AS INTEGER) FROM value WHERE name = '${FORGOTTEN_CHANGES}'), 0)) AS last`,
      )
      .get() as { last: number }
    this.#changed = last
  }

  /** Removes the finished effects of decisions before `entry`. Returns the greatest numbers among them by the names that store them. */
  remove(entry: number): [name: string, greatest: number][] {
    const forgotten = this.#forgotten.all(entry) as unknown as ForgottenEffects[]
    if (forgotten.length === 0) return []
    for (const { action, state, effects } of forgotten) this.#counts.add(action, state, -effects)
    this.#forget.run(entry)
    return [
      [FORGOTTEN_CHANGES, Math.max(...forgotten.map(({ changed }) => changed))],
      [FORGOTTEN_EFFECTS, Math.max(...forgotten.map(({ number }) => number))],
    ]
  }

  add({ number, action, id, entry, key, t, made, due, body, isDry }: NewEffect): void {
    const state = isDry ? 'dry' : 'pending'
    this.#insert.run(number, action, id, entry, key, t, made, due ?? null, body, state, ++this.#changed)
    this.#counts.add(action, state, 1)
  }

  /**
   * @throws `SPILL_STORE` if the effect does not exist or is not in the state that the change starts from. The whole commit then fails.
   */
  change(change: EffectChange): void {
    const row = this.#apply(change, ++this.#changed) as { action: string } | undefined
    if (!row) throw new SpillwayError('SPILL_STORE', `there is no effect ${change.number} that could be ${change.kind}`)
    const { from, to } = transitions[change.kind]
    if (from === to) return
    this.#counts.add(row.action, from, -1)
    this.#counts.add(row.action, to, 1)
  }

  /** Writes the changed counts, before the transaction commits. */
  writeCounts(): void {
    this.#counts.write()
  }

  #apply(change: EffectChange, changeNumber: number): object | undefined {
    const { number } = change
    switch (change.kind) {
      case 'tried':
        return this.#changes.tried.get(number, changeNumber, change.sent, change.next, change.why)
      case 'delivered':
        return this.#changes.delivered.get(number, changeNumber, change.sent, change.at)
      case 'dead':
        return this.#changes.dead.get(number, changeNumber, change.sent, change.at, change.why)
      case 'again':
        return this.#changes.again.get(number, changeNumber)
      case 'dropped':
        return this.#changes.dropped.get(number, changeNumber, change.at, change.why)
    }
  }
}
