/**
 * Bounds of a value function over unknown labels: all taken as true, and all taken as false. Where actions censor labels (a declined
 * payment is never charged back) the truth lies between.
 */
import type { Cases, UtilityFunction } from '../domain/cases.ts'
import type { AlertEvaluation } from './alert-evaluation.ts'
import { isRepresented } from './propensity-weights.ts'

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
  return {
    ifTrue: values({ ...evaluation, cases: withAssumedLabels(evaluation.cases, 1, horizon) }),
    ifFalse: values({ ...evaluation, cases: withAssumedLabels(evaluation.cases, 0, horizon) }),
  }
}

const assumedCases = new WeakMap<Cases, Map<string, Cases>>()

/** The cases with all unknown labels of eligible decisions set to `label`. Cached, because results are cached by cases. */
export function withAssumedLabels(cases: Cases, label: 0 | 1, horizon: number): Cases {
  const byAssumption = assumedCases.get(cases) ?? new Map<string, Cases>()
  assumedCases.set(cases, byAssumption)
  const name = `${label} ${horizon}`
  const assumed = byAssumption.get(name) ?? assume(cases, label, horizon)
  byAssumption.set(name, assumed)
  return assumed
}

function assume(cases: Cases, label: 0 | 1, horizon: number): Cases {
  const unknown = (row: number): boolean => isUnknown(cases, row)
  return {
    ...cases,
    known: cases.known.map((is, row) => (unknown(row) ? 1 : is)),
    label: cases.label.map((is, row) => (unknown(row) ? label : is)),
    outcome: cases.outcome.map((is, row) => (unknown(row) ? (label === 1 ? cases.t[row] + horizon : NaN) : is)),
  }
}

type Known = Pick<Cases, 'known' | 'eligible' | 'propensityWeights'>

/** True if the eligible decision has neither a known label nor explored decisions that represent it. */
const isUnknown = (cases: Known, row: number): boolean => cases.known[row] === 0 && cases.eligible[row] === 1 && !isRepresented(cases, row)

/** The share of eligible decisions whose label is unknown and unrepresented by exploration; NaN without an eligible decision. */
export function unknownLabelShare(cases: Known, { from, to }: AlertEvaluation['rows']): number {
  let [all, unknown] = [0, 0]
  for (let row = from; row < to; row++) {
    all += cases.eligible[row]
    if (isUnknown(cases, row)) unknown++
  }
  return unknown / all
}
