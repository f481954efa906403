/**
 * Exploration: skips the action of a random share of the decisions that meet its condition, so that their outcomes become visible.
 *
 * Invariant: the draw depends on the decision's identity alone. Every replay of one log, in any process and any batching, explores the same
 * decisions.
 */
import { hash } from 'node:crypto'
import type { ColumnData } from '../columns/index.ts'
import type { ActionIR } from '../define/ir/index.ts'
import { ActionTrigger } from './action-trigger.ts'

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
export function explorationDraw(log: string, action: string, decision: string, t: number): number {
  const digest = hash('sha256', JSON.stringify(['explore', log, action, decision, t]))
  return Number.parseInt(digest.slice(0, DRAW_DIGITS), 16) / DRAWS
}

/** Assigns the decisions of one exploring action. */
export class ExplorationSampler {
  readonly action: string
  /** Probability that a decision which meets the condition is explored. */
  readonly share: number
  readonly #firing: ActionTrigger
  readonly #log: string

  constructor(action: ActionIR & { readonly explore: number }, log: string) {
    this.action = action.name
    this.share = action.explore
    this.#firing = new ActionTrigger(action)
    this.#log = log
  }

  /** NOT_MET, FOLLOWED or EXPLORED per decision. Costs one hash for each decision that meets the condition. */
  assign(score: ColumnData, t: Float64Array, length: number, decisionAt: (row: number) => string): Uint8Array {
    const fates = new Uint8Array(length)
    for (const row of this.#firing.rowsMeeting(score, length))
      fates[row] = explorationDraw(this.#log, this.action, decisionAt(row), t[row]) < this.share ? EXPLORED : FOLLOWED
    return fates
  }
}
