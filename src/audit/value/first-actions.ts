/** Value functions that count the first action in time for each outcome: `caught`, `notice`, and `money` without blocking. */
import { MINUTE_MS } from '../../base/index.ts'
import type { Cases } from '../domain/cases.ts'
import { sparseOf, sparseWithSums, type SparseValues } from './sparse.ts'
import { actingRows, hasKnownOutcome, unknownOutcomes, zeroValues, type AlertEvaluation } from './alert-evaluation.ts'
import { firstActionRows, type TrueOutcomes } from './true-outcomes.ts'

export interface FirstActionTerms {
  readonly outcomes: TrueOutcomes
  /** The value of the first action for an outcome, by its row. */
  readonly gain: (row: number) => number
  /** The cost of an action whose label is false. */
  readonly wrong: number
}

/** A value for each row, gain less cost; 0 for an action that was late or not the first. O(rows). */
export function firstActionValues(evaluation: AlertEvaluation, terms: FirstActionTerms): Float64Array {
  const values = zeroValues(evaluation)
  forEachValue(evaluation, terms, (row, value) => (values[row - evaluation.rows.from] = value))
  return values
}

/** The same as sparse values. O(actions). */
export function sparseFirstActionValues(evaluation: AlertEvaluation, terms: FirstActionTerms): SparseValues {
  const { cases, rows } = evaluation
  const { unknown, known } = unknownOutcomes(cases, rows)
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
  return allKnown
    ? sparseWithSums(at.slice(0, count), by.slice(0, count), unknown, known)
    : sparseOf(firstActionValues(evaluation, terms), unknown)
}

/** Visits the acting rows with a nonzero value, ascending. */
function forEachValue(
  evaluation: AlertEvaluation,
  { outcomes, gain, wrong }: FirstActionTerms,
  visit: (row: number, value: number) => void,
): void {
  const { cases } = evaluation
  const acting = actingRows(evaluation)
  let next = 0
  for (const first of firstActionRows(evaluation, outcomes)) {
    for (; acting[next] < first; next++) visitWrong(acting[next])
    next++
    visit(first, gain(first))
  }
  for (; next < acting.length; next++) visitWrong(acting[next])

  function visitWrong(row: number): void {
    if (wrong !== 0 && cases.label[row] === 0 && hasKnownOutcome(cases, row)) visit(row, -wrong)
  }
}

/** The time from the action to the outcome, minutes. */
export const minutesOfNotice =
  ({ outcome }: Pick<Cases, 'outcome'>, actedAt: Float64Array) =>
  (row: number): number =>
    (outcome[row] - actedAt[row]) / MINUTE_MS
