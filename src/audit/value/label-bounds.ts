/**
 * Bounds of a value function over unknown labels: all taken as true, and all taken as false. Where actions censor labels (a declined
 * payment is never charged back) the truth lies between.
 */
import { lastResults } from '../domain/caches.ts'
import type { Cases, RowRange } from '../domain/cases.ts'
import type { AlertEvaluation, UtilityFunction } from './alert-evaluation.ts'
import { isRepresented, relabelled } from './propensity-weights.ts'

export interface ValueBounds {
  /** A value for each row, including rows with an unknown label; NaN where a decision has none (`begins`, episode already begun). */
  readonly ifTrue: Float64Array
  readonly ifFalse: Float64Array
}

/**
 * The bounds of a value function. `horizon` (ms) is the longest time from a decision to its outcome; assumed outcomes come that late. The
 * difference of two plans lies between their differences of `ifTrue` and of `ifFalse`, if all unknown labels are alike.
 */
export function valueBounds(values: UtilityFunction, evaluation: AlertEvaluation, horizon: number): ValueBounds {
  const [ifFalse, ifTrue] = assumedCases(evaluation.cases, horizon).map(cases => values({ ...evaluation, cases }))
  return { ifTrue, ifFalse }
}

const lastAssumed = lastResults<Cases, Cases[]>()

/** The cases with all unknown labels of eligible decisions set to 0, and to 1. Cached, because results are cached by cases. */
export const assumedCases = (cases: Cases, horizon: number): Cases[] =>
  lastAssumed(cases, [horizon], () => ([0, 1] as const).map(label => relabelled(cases, row => isUnknown(cases, row), label, horizon)))

type Known = Pick<Cases, 'isLabelled' | 'eligible' | 'propensityWeights'>

/** True if the eligible decision has neither a known label nor explored decisions that represent it. */
const isUnknown = (cases: Known, row: number): boolean =>
  cases.isLabelled[row] === 0 && cases.eligible[row] === 1 && !isRepresented(cases, row)

/** The share of eligible decisions whose label is unknown and unrepresented by exploration; NaN without an eligible decision. */
export function unknownLabelShare(cases: Known, { from, to }: RowRange): number {
  let [all, unknown] = [0, 0]
  for (let row = from; row < to; row++) {
    all += cases.eligible[row]
    if (isUnknown(cases, row)) unknown++
  }
  return unknown / all
}
