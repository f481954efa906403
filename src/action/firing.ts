/** From which decisions an action follows: those whose score meets its condition, no two of one key closer than its cooldown. */
import type { Column } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { ActionIR } from '../define/ir/ir.ts'
import { compile, type Evaluate } from '../expression/index.ts'

const FIRST_SWEEP = 1024

export class Firing {
  readonly action: ActionIR
  readonly #when: Evaluate
  readonly #cooldown: number
  /** By key, the time of the last decision that it followed from, as far as it may matter. */
  readonly #last: Map<string, number>
  #sweepAt = FIRST_SWEEP

  /** `last`: what is known of earlier decisions, by key as JSON, UTC ms. */
  constructor(action: ActionIR, last: ReadonlyMap<string, number> = new Map()) {
    this.action = action
    this.#when = compile(action.when, { strings: new Strings() })
    this.#cooldown = action.cooldown ?? 0
    this.#last = new Map(last)
  }

  /** The rows of a stretch of scores that meet the condition, in order. */
  met(score: Column, length: number): number[] {
    const { values, nulls } = this.#when(() => score, length)
    const rows: number[] = []
    for (let row = 0; row < length; row++) if (values[row] === 1 && !nulls?.[row]) rows.push(row)
    return rows
  }

  /** Does it follow from a decision that meets the condition? Decisions are given in order: their times, UTC ms, do not fall. */
  follows(key: string, t: number): boolean {
    if (this.#cooldown === 0) return true
    const last = this.#last.get(key)
    if (last !== undefined && t - last < this.#cooldown) return false
    this.#last.set(key, t)
    if (this.#last.size >= this.#sweepAt) this.#sweep(t)
    return true
  }

  /** Forgets keys that have cooled down. */
  #sweep(t: number): void {
    for (const [key, last] of this.#last) if (t - last >= this.#cooldown) this.#last.delete(key)
    this.#sweepAt = Math.max(FIRST_SWEEP, 2 * this.#last.size)
  }
}
