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
import type { Cases, UtilityFunction } from '../domain/cases.ts'

/** The value function with inverse-propensity weights; unchanged where the cases have none. */
export function withPropensityWeights(values: UtilityFunction): UtilityFunction {
  return evaluation => {
    const own = values(evaluation)
    const { propensityWeights } = evaluation.cases
    if (!propensityWeights) return own
    const [ifFalse, ifTrue] = ([0, 1] as const).map(label => values({ ...evaluation, cases: casesLabelledAs(evaluation.cases, label) }))
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

const casesByLabel = new WeakMap<Cases, Map<0 | 1, Cases>>()

/** The cases with the label of every explored or hidden decision set to `label`. Cached, because results are cached by cases. */
function casesLabelledAs(cases: Cases, label: 0 | 1): Cases {
  const byLabel = casesByLabel.get(cases) ?? new Map<0 | 1, Cases>()
  casesByLabel.set(cases, byLabel)
  const relabelled = byLabel.get(label) ?? relabel(cases, label)
  byLabel.set(label, relabelled)
  return relabelled
}

function relabel(cases: Cases, label: 0 | 1): Cases {
  const { weight, delay } = cases.propensityWeights!
  const isWeighted = (row: number): boolean => weight[row] !== 1
  return {
    ...cases,
    known: cases.known.map((is, row) => (isWeighted(row) ? 1 : is)),
    label: cases.label.map((is, row) => (isWeighted(row) ? label : is)),
    outcome: cases.outcome.map((is, row) => (isWeighted(row) ? (label === 1 ? cases.t[row] + delay : NaN) : is)),
  }
}
