/** Writes effects into their table. Runs in the writer's thread, within a commit. */
import { SpillwayError } from '../../base/index.ts'
import { effectTransitions, type EffectChange, type EffectState, type NewEffect } from '../effects.ts'
import type { CountWriter } from './counts.ts'
import type { Prepared } from './sqlite.ts'

/** Names of the stored values with the greatest change number and the greatest number of removed effects. */
const FORGOTTEN_CHANGES = 'effects/forgotten'
const FORGOTTEN_EFFECTS = 'effects/last'

const storedNumber = (name: string): string => `coalesce((SELECT CAST(value AS INTEGER) FROM value WHERE name = '${name}'), 0)`

/** SQL of the last change number among removed effects, 0 if there is none; of that of all effects; and of the last number of all. */
export const FORGOTTEN_CHANGE = storedNumber(FORGOTTEN_CHANGES)
export const LAST_CHANGE = `max(coalesce((SELECT max(changed) FROM effect), 0), ${FORGOTTEN_CHANGE})`
export const LAST_EFFECT = `max(coalesce((SELECT max(number) FROM effect), 0), ${storedNumber(FORGOTTEN_EFFECTS)})`

const FINISHED = "entry < ? AND state IN ('delivered', 'dropped', 'dry')"

/** Removed effects of an action and state. */
interface ForgottenEffects {
  readonly action: string
  readonly state: EffectState
  readonly effects: number
  /** Greatest change number, and greatest number, among them. */
  readonly changed: number
  readonly number: number
}

const INSERT =
  'INSERT INTO effect (number, action, id, entry, key, t, made, due, body, trace, state, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
// Forces the index on the entry; SQLite would choose the order of the GROUP BY.
const FORGOTTEN = `SELECT action, state, count(*) AS effects, max(changed) AS changed, max(number) AS number FROM effect INDEXED BY effect_entry WHERE ${FINISHED} GROUP BY action, state`

const ATTEMPT = 'attempts = attempts + 1, began = coalesce(began, ?3), sent = ?3'
const changeOf = (kind: EffectChange['kind'], set: string): string => {
  const { from, to } = effectTransitions[kind]
  return `UPDATE effect SET changed = ?2, state = '${to}', ${set} WHERE number = ?1 AND state = '${from}' RETURNING action`
}
const changes: Readonly<Record<EffectChange['kind'], string>> = {
  tried: changeOf('tried', `${ATTEMPT}, next = ?4, why = ?5`),
  delivered: changeOf('delivered', `${ATTEMPT}, settled = ?4, next = NULL, why = NULL`),
  dead: changeOf('dead', `${ATTEMPT}, settled = ?4, next = NULL, why = ?5`),
  again: changeOf('again', 'attempts = 0, settled = NULL'),
  dropped: changeOf('dropped', 'settled = ?3, why = ?4'),
}

export class EffectWriter {
  readonly #prepared: Prepared
  readonly #counts: CountWriter
  /** Number of the last change. A failed commit leaves a gap; the writer is not used after it. */
  #changed: number

  constructor(prepared: Prepared, counts: CountWriter) {
    this.#prepared = prepared
    this.#counts = counts
    this.#changed = (prepared(`SELECT ${LAST_CHANGE} AS last`).get() as { last: number }).last
  }

  /** Removes the finished effects of decisions before `entry`. Returns the greatest numbers among them by the names that store them. */
  remove(entry: number): [name: string, greatest: number][] {
    const forgotten = this.#prepared(FORGOTTEN).all(entry) as unknown as ForgottenEffects[]
    if (forgotten.length === 0) return []
    for (const { action, state, effects } of forgotten) this.#counts.add(action, state, -effects)
    this.#prepared(`DELETE FROM effect WHERE ${FINISHED}`).run(entry)
    return [
      [FORGOTTEN_CHANGES, Math.max(...forgotten.map(({ changed }) => changed))],
      [FORGOTTEN_EFFECTS, Math.max(...forgotten.map(({ number }) => number))],
    ]
  }

  add({ number, action, id, entry, key, t, decidedAt, due, body, trace, isDry }: NewEffect): void {
    const state = isDry ? 'dry' : 'pending'
    this.#prepared(INSERT).run(number, action, id, entry, key, t, decidedAt, due ?? null, body, trace ?? null, state, ++this.#changed)
    this.#counts.add(action, state, 1)
  }

  /**
   * @throws `SPILL_STORE` if the effect does not exist or is not in the state that the change starts from. The whole commit then fails.
   */
  change(change: EffectChange): void {
    const row = this.#apply(change, ++this.#changed) as { action: string } | undefined
    if (!row) throw new SpillwayError('SPILL_STORE', `there is no effect ${change.number} that could be ${change.kind}`)
    const { from, to } = effectTransitions[change.kind]
    if (from === to) return
    this.#counts.add(row.action, from, -1)
    this.#counts.add(row.action, to, 1)
  }

  #apply(change: EffectChange, changeNumber: number): object | undefined {
    const statement = this.#prepared(changes[change.kind])
    const { number } = change
    switch (change.kind) {
      case 'tried':
        return statement.get(number, changeNumber, change.sent, change.next, change.why)
      case 'delivered':
        return statement.get(number, changeNumber, change.sent, change.at)
      case 'dead':
        return statement.get(number, changeNumber, change.sent, change.at, change.why)
      case 'again':
        return statement.get(number, changeNumber)
      case 'dropped':
        return statement.get(number, changeNumber, change.at, change.why)
    }
  }
}
