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
export function firstActions(evaluation: Given, terms: Counting): Float64Array {
  const values = zeros(evaluation)
  forEachValue(evaluation, terms, (row, value) => (values[row - evaluation.rows.from] = value))
  return values
}

/** The same as sparse values. O(actions). */
export function sparseFirstActions(evaluation: Given, terms: Counting): Sparse {
  const { cases, rows } = evaluation
  const { unknown, known } = unknownOf(cases, rows)
  const most = actingRows(evaluation).length
  const [at, by] = [new Int32Array(most), new Float64Array(most)]
  let count = 0
  let allKnown = true
  forEachValue(evaluation, terms, (row, value) => {
    if (Number.isNaN(value)) allKnown = false
    if (value === 0) return
    at[count] = row - rows.from
    by[count++] = value
  })
  return allKnown ? summed(at.slice(0, count), by.slice(0, count), unknown, known) : sparseOf(firstActions(evaluation, terms), unknown)
}

/** Visits the acting rows with a nonzero value, ascending. */
function forEachValue(evaluation: Given, { outcomes, gain, wrong }: Counting, visit: (row: number, value: number) => void): void {
  const { cases } = evaluation
  const acting = actingRows(evaluation)
  let next = 0
  eachFirst(evaluation, outcomes, first => {
    for (; acting[next] < first; next++) visitWrong(acting[next])
    next++
    visit(first, gain(first))
  })
  for (; next < acting.length; next++) visitWrong(acting[next])

  function visitWrong(row: number): void {
    if (wrong !== 0 && cases.label[row] === 0 && isJudged(cases, row)) visit(row, -wrong)
  }
}

const MINUTE = 60_000

/** The time from the action to the outcome, minutes. */
export const minutesOfNotice =
  ({ outcome }: Pick<Cases, 'outcome'>, acted: Float64Array) =>
  (row: number): number =>
    (outcome[row] - acted[row]) / MINUTE
