/**
 * Exploration: skips the action of a random share of the decisions that meet its condition, so that their outcomes become visible.
 *
 * Invariant: the draw depends on the decision's identity alone. Every replay of one log, in any process and any batching, explores the same
 * decisions.
 */
import { createHash } from 'node:crypto'
import type { Column } from '../columns/block.ts'
import type { ActionIR } from '../define/ir/ir.ts'
import { Firing } from './firing.ts'

/** Codes of an exploring action per decision; part of the format of recorded decisions. */
export const NOT_MET = 0
export const FOLLOWED = 1
export const EXPLORED = 2

/** Hex digits of a draw: 52 bits, as many as a double holds exactly. */
const DRAW_DIGITS = 13
const DRAWS = 16 ** DRAW_DIGITS

/**
 * Uniform in [0, 1): the first 52 bits of SHA-256 over `["explore", log, action, decision, t]` as JSON.
 *
 * The action makes the exploration of two actions independent. The log's name keeps senders of events from predicting the draws.
 */
export function drawOf(log: string, action: string, decision: string, t: number): number {
  const hash = createHash('sha256')
    .update(JSON.stringify(['explore', log, action, decision, t]))
    .digest('hex')
  return Number.parseInt(hash.slice(0, DRAW_DIGITS), 16) / DRAWS
}

/** Assigns the decisions of one exploring action. */
export class Exploring {
  readonly action: string
  /** Probability that a decision which meets the condition is explored. */
  readonly part: number
  readonly #firing: Firing
  readonly #log: string

  constructor(action: ActionIR & { readonly explore: number }, log: string) {
    this.action = action.name
    this.part = action.explore
    this.#firing = new Firing(action)
    this.#log = log
  }

  /** NOT_MET, FOLLOWED or EXPLORED per decision. Costs one hash for each decision that meets the condition. */
  fates(score: Column, t: Float64Array, length: number, decisionAt: (row: number) => string): Uint8Array {
    const fates = new Uint8Array(length)
    for (const row of this.#firing.met(score, length))
      fates[row] = drawOf(this.#log, this.action, decisionAt(row), t[row]) < this.part ? EXPLORED : FOLLOWED
    return fates
  }
}
