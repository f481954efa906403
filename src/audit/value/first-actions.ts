/** Value functions that count the first action in time for each outcome: `caught`, `notice`, and `money` without blocking. */
import type { Cases } from '../domain/cases.ts'
import { sparseOf, summed, type Sparse } from './sparse.ts'
import { actingRows } from './acting.ts'
import { isJudged, unknownOf, zeros, type Given } from './given-threshold.ts'
import { eachFirst, type TrueOutcomes } from './outcomes.ts'

export interface Counting {
  readonly outcomes: TrueOutcomes
  /** The value of the first action for an outcome, by its row. */
  readonly gain: (row: number) => number
  /** The cost of an action whose label is false. */
  readonly wrong: number
}

/** A value for each row, gain less cost; 0 for an action that was late or not the first. O(rows). */
export function firstActions(given: Given, counting: Counting): Float64Array {
  const values = zeros(given)
  eachValue(given, counting, (row, value) => (values[row - given.rows.from] = value))
  return values
}

/** The same as sparse values. O(actions). */
export function sparseFirstActions(given: Given, counting: Counting): Sparse {
  const { cases, rows } = given
  const { unknown, known } = unknownOf(cases, rows)
  const most = actingRows(given).length
  const [at, by] = [new Int32Array(most), new Float64Array(most)]
  let count = 0
  let isWhole = true
  eachValue(given, counting, (row, value) => {
    if (Number.isNaN(value)) isWhole = false
    if (value === 0) return
    at[count] = row - rows.from
    by[count++] = value
  })
  return isWhole ? summed(at.slice(0, count), by.slice(0, count), unknown, known) : sparseOf(firstActions(given, counting), unknown)
}

/** Visits the acting rows with a nonzero value, ascending. */
function eachValue(given: Given, { outcomes, gain, wrong }: Counting, take: (row: number, value: number) => void): void {
  const { cases } = given
  const acting = actingRows(given)
  let next = 0
  eachFirst(given, outcomes, first => {
    for (; acting[next] < first; next++) takeWrong(acting[next])
    next++
    take(first, gain(first))
  })
  for (; next < acting.length; next++) takeWrong(acting[next])

  function takeWrong(row: number): void {
    if (wrong !== 0 && cases.label[row] === 0 && isJudged(cases, row)) take(row, -wrong)
  }
}

const MINUTE = 60_000

/** The time from the action to the outcome, minutes. */
export const minutesOfNotice =
  ({ outcome }: Pick<Cases, 'outcome'>, acted: Float64Array) =>
  (row: number): number =>
    (outcome[row] - acted[row]) / MINUTE
