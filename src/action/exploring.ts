/**
 * Which decisions that meet the condition of an action do not act, so that what comes of such decisions is seen: a part of them, drawn by what each decision is and by nothing that it says.
 *
 * Law: of one log the same decisions are drawn however often it is taken again, by whichever process, and in whatever turns.
 */
import { createHash } from 'node:crypto'
import type { Column } from '../columns/block.ts'
import type { ActionIR } from '../define/ir/ir.ts'
import { Firing } from './firing.ts'

/** What an action that explores made of a decision; part of the format of recorded decisions. */
export const NOT_MET = 0
export const FOLLOWED = 1
export const EXPLORED = 2

/** Bits of a draw: as many as a double holds exactly. */
const DRAW_DIGITS = 13
const DRAWS = 16 ** DRAW_DIGITS

/**
 * Uniform in [0, 1): the first 52 bits of SHA-256 over `["explore", log, action, decision, t]` as JSON. With the action in it, what two actions explore is independent; with the log's name, nobody who
 * sends events knows which of them will be drawn.
 */
export function drawOf(log: string, action: string, decision: string, t: number): number {
  const hash = createHash('sha256')
    .update(JSON.stringify(['explore', log, action, decision, t]))
    .digest('hex')
  return Number.parseInt(hash.slice(0, DRAW_DIGITS), 16) / DRAWS
}

/** Which of a stretch's decisions an action explores. */
export class Exploring {
  readonly action: string
  /** The chance of a decision that meets the condition. */
  readonly part: number
  readonly #firing: Firing
  readonly #log: string

  constructor(action: ActionIR & { readonly explore: number }, log: string) {
    this.action = action.name
    this.part = action.explore
    this.#firing = new Firing(action)
    this.#log = log
  }

  /** NOT_MET, FOLLOWED or EXPLORED, a decision. A hash for each that meets the condition. */
  fates(score: Column, t: Float64Array, length: number, decisionAt: (row: number) => string): Uint8Array {
    const fates = new Uint8Array(length)
    for (const row of this.#firing.met(score, length))
      fates[row] = drawOf(this.#log, this.action, decisionAt(row), t[row]) < this.part ? EXPLORED : FOLLOWED
    return fates
  }
}
