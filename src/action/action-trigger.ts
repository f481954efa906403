/** The trigger of an action: decisions whose score meets its condition, at most one per key within its cooldown. */
import { type ColumnData, Strings } from '../columns/index.ts'
import type { ActionIR } from '../define/ir/index.ts'
import { compile, type Evaluate } from '../expression/index.ts'

const FIRST_SWEEP = 1024

/** Evaluates the condition, and keeps the cooldown of each key. Memory: keys that are cooling down. */
export class ActionTrigger {
  readonly action: ActionIR
  readonly #when: Evaluate
  readonly #cooldown: number
  /** By key, the time of its last action, UTC ms, as long as it may matter. */
  readonly #last: Map<string, number>
  #sweepAt = FIRST_SWEEP

  /** `last`: times of earlier actions by key as JSON, UTC ms. */
  constructor(action: ActionIR, last: ReadonlyMap<string, number> = new Map()) {
    this.action = action
    this.#when = compile(action.when, { strings: new Strings() })
    this.#cooldown = action.cooldown ?? 0
    this.#last = new Map(last)
  }

  /** Rows whose score meets the condition, in order. */
  rowsMeeting(score: ColumnData, length: number): number[] {
    const { values, nulls } = this.#when(() => score, length)
    const rows: number[] = []
    for (let row = 0; row < length; row++) if (values[row] === 1 && !nulls?.[row]) rows.push(row)
    return rows
  }

  /** Does a decision that meets the condition trigger the action? Call in order of decisions: times, UTC ms, do not decrease. */
  admits(key: string, t: number): boolean {
    if (this.#cooldown === 0) return true
    const last = this.#last.get(key)
    if (last !== undefined && t - last < this.#cooldown) return false
    this.#last.set(key, t)
    if (this.#last.size >= this.#sweepAt) this.#sweep(t)
    return true
  }

  /** Forgets keys whose cooldown is over. */
  #sweep(t: number): void {
    for (const [key, last] of this.#last) if (t - last >= this.#cooldown) this.#last.delete(key)
    this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.#last.size)
  }
}
