/**
 * True outcomes, each once: an episode of which ten decisions warned is one, and what a label says of one event alone is one for each decision.
 *
 * O(decisions); 4 bytes a decision.
 */
import type { Cases } from '../cases.ts'
import { isJudged, type Given } from './given.ts'

export interface TrueOutcomes {
  /** The number of the outcome that a decision is about, from 0; −1 where none is known to be true. */
  readonly of: Int32Array
  readonly count: number
  /** Whether several decisions may be about one. */
  readonly shared: boolean
}

/** `shared`: decisions about one key with one time of outcome are about the same (`begins`); otherwise each has its own (`labelFrom`). */
export function trueOutcomes(cases: Cases, shared: boolean): TrueOutcomes {
  const { key, label, outcome } = cases
  const of = new Int32Array(cases.length).fill(-1)
  const numbers = new Map<number, Map<number, number>>()
  let count = 0
  for (let row = 0; row < cases.length; row++) {
    if (label[row] !== 1 || !isJudged(cases, row)) continue
    if (!shared) {
      of[row] = count++
      continue
    }
    let ofKey = numbers.get(key[row])
    if (!ofKey) numbers.set(key[row], (ofKey = new Map<number, number>()))
    const number = ofKey.get(outcome[row])
    if (number === undefined) ofKey.set(outcome[row], (of[row] = count++))
    else of[row] = number
  }
  return { of, count, shared }
}

/** Calls `act` with the row of each outcome whose action was there first, of those that were there by the outcome; of two at the same time with the earlier row. Returns of how many outcomes there is one. */
export function eachFirst(given: Given, outcomes: TrueOutcomes, act?: (row: number) => void): number {
  const { cases, decided, alert, rows } = given
  if (outcomes.shared) return eachFirstOf(firstInTime(given, outcomes), act)
  let count = 0
  for (let row = rows.from; row < rows.to; row++) {
    if (alert[row] === 0 || outcomes.of[row] < 0 || !(decided.acted[row] <= cases.outcome[row])) continue
    count++
    act?.(row)
  }
  return count
}

function eachFirstOf(first: Int32Array, act?: (row: number) => void): number {
  let count = 0
  for (const row of first) {
    if (row < 0) continue
    count++
    act?.(row)
  }
  return count
}

/** By outcome that row; −1 where there is none. */
function firstInTime({ cases, decided, alert, rows }: Given, { of, count }: TrueOutcomes): Int32Array {
  const first = new Int32Array(count).fill(-1)
  const { acted } = decided
  for (let row = rows.from; row < rows.to; row++) {
    const number = of[row]
    if (number < 0 || alert[row] === 0 || !(acted[row] <= cases.outcome[row])) continue
    const other = first[number]
    if (other < 0 || acted[row] < acted[other]) first[number] = row
  }
  return first
}
