/** Utilities that count the first action in time of each outcome: `caught`, `notice`, and `money` that stops nothing. */
import type { Cases } from '../cases.ts'
import { actingRows } from './acting.ts'
import { zeros, type Given } from './given.ts'
import { eachFirst, type TrueOutcomes } from './outcomes.ts'

interface Counting {
  readonly outcomes: TrueOutcomes
  /** What the first action about an outcome gives, by its row. */
  readonly gain: (row: number) => number
  /** What an action takes away whose label is false. */
  readonly wrong: number
}

/** A value for each of the rows: what it gains, less what it costs; 0 for an action that was late, or not the first. O(rows). */
export function firstActions(given: Given, { outcomes, gain, wrong }: Counting): Float64Array {
  const { cases, rows } = given
  const values = zeros(given)
  if (wrong !== 0)
    for (const row of actingRows(given)) if (cases.label[row] === 0 && values[row - rows.from] === 0) values[row - rows.from] = -wrong
  eachFirst(given, outcomes, row => (values[row - rows.from] = gain(row)))
  return values
}

const MINUTE = 60_000

/** From the action to the outcome, minutes. */
export const minutesOfNotice =
  ({ outcome }: Pick<Cases, 'outcome'>, acted: Float64Array) =>
  (row: number): number =>
    (outcome[row] - acted[row]) / MINUTE
