/**
 * Inverse-propensity weights: explored decisions represent the decisions whose outcome an action hid.
 *
 * **Formula.** Let v be a decision's value under a plan, v₁ if its label is true and v₀ if false. All three are known for every
 * decision, hidden or not. Its expectation is f = q v₁ + (1 − q) v₀, with q the share of true labels among explored decisions. A hidden
 * decision counts f, an explored one f + (v − f) / p with p its chance, all others v. For any q independent of the draw the sum is unbiased
 * (Horvitz and Thompson 1952; with f, the difference estimator: Särndal, Swensson and Wretman 1992, 6.3), and its variance falls as f
 * approaches v.
 *
 * The estimator is linear in v. So the difference of two plans is their difference row by row, and the variance of the draw is in
 * the spread of rows, by whatever clusters. Because f varies with the plan, a change of a hidden decision is visible.
 *
 * Cost: three calls of the value function. A decision's value must not depend on another decision's label, which holds for the value
 * functions here under `labelFrom`.
 */
import { memoize } from '../domain/caches.ts'
import type { Cases } from '../domain/cases.ts'
import type { UtilityFunction } from './alert-evaluation.ts'

/** The value function with inverse-propensity weights; unchanged where the cases have none. */
export function withPropensityWeights(values: UtilityFunction): UtilityFunction {
  return evaluation => {
    const own = values(evaluation)
    const { propensityWeights } = evaluation.cases
    if (!propensityWeights) return own
    const [ifFalse, ifTrue] = casesByLabel(evaluation.cases).map(cases => values({ ...evaluation, cases }))
    const { weight, expected } = propensityWeights
    for (let i = 0; i < own.length; i++) {
      const row = evaluation.rows.from + i
      if (weight[row] === 1) continue
      const expectation = ifFalse[i] + expected[row] * (ifTrue[i] - ifFalse[i])
      own[i] = weight[row] === 0 ? expectation : expectation + weight[row] * (own[i] - expectation)
    }
    return own
  }
}

/** The row's inverse-propensity weight. */
export const propensityWeight = ({ propensityWeights }: Pick<Cases, 'propensityWeights'>, row: number): number =>
  propensityWeights ? propensityWeights.weight[row] : 1

/** True if the row's label is hidden and explored decisions represent it. */
export const isRepresented = ({ propensityWeights }: Pick<Cases, 'propensityWeights'>, row: number): boolean =>
  propensityWeights !== undefined && propensityWeights.weight[row] === 0

/** The cases with the label of every explored or hidden decision set to 0, and to 1. Cached, because results are cached by cases. */
const casesByLabel = memoize((cases: Cases): Cases[] => {
  const { weight, delay } = cases.propensityWeights!
  return ([0, 1] as const).map(label => relabelled(cases, row => weight[row] !== 1, label, delay))
})

/** The cases with the label of some rows replaced, as if it were known. The outcome of a true label is `delay` ms after its decision. */
export const relabelled = (cases: Cases, isReplaced: (row: number) => boolean, label: 0 | 1, delay: number): Cases => ({
  ...cases,
  isLabelled: cases.isLabelled.map((is, row) => (isReplaced(row) ? 1 : is)),
  label: cases.label.map((is, row) => (isReplaced(row) ? label : is)),
  outcome: cases.outcome.map((is, row) => (isReplaced(row) ? (label === 1 ? cases.t[row] + delay : NaN) : is)),
})
