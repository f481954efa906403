/**
 * Inverse-propensity weights: explored decisions represent the decisions whose outcome an action hid.
 *
 * **Formula.** Let v be a decision's value under an alternative, v₁ if its label is true and v₀ if false. All three are known for every
 * decision, hidden or not. Its expectation is f = q v₁ + (1 − q) v₀, with q the share of true labels among explored decisions. A hidden
 * decision counts f, an explored one f + (v − f) / p with p its chance, all others v. For any q independent of the draw the sum is unbiased
 * (Horvitz and Thompson 1952; with f, the difference estimator: Särndal, Swensson and Wretman 1992, 6.3), and its variance falls as f
 * approaches v.
 *
 * The estimator is linear in v. So the difference of two alternatives is their difference row by row, and the variance of the draw is in
 * the spread of rows, by whatever clusters. Because f varies with the alternative, a change of a hidden decision is visible.
 *
 * Cost: three calls of the value function. A decision's value must not depend on another decision's label, which holds for the value
 * functions here under `labelFrom`.
 */
import type { Cases, UtilityFunction } from '../domain/cases.ts'

/** The value function with inverse-propensity weights; unchanged where the cases have none. */
export function standingFor(values: UtilityFunction): UtilityFunction {
  return given => {
    const own = values(given)
    const { standing } = given.cases
    if (!standing) return own
    const [ifFalse, ifTrue] = ([0, 1] as const).map(label => values({ ...given, cases: toldAs(given.cases, label) }))
    const { weight, expected } = standing
    for (let i = 0; i < own.length; i++) {
      const row = given.rows.from + i
      if (weight[row] === 1) continue
      const likely = ifFalse[i] + expected[row] * (ifTrue[i] - ifFalse[i])
      own[i] = weight[row] === 0 ? likely : likely + weight[row] * (own[i] - likely)
    }
    return own
  }
}

/** The row's inverse-propensity weight. */
export const weightOf = ({ standing }: Pick<Cases, 'standing'>, row: number): number => (standing ? standing.weight[row] : 1)

/** Whether the row's label is hidden and explored decisions represent it. */
export const isStoodFor = ({ standing }: Pick<Cases, 'standing'>, row: number): boolean =>
  standing !== undefined && standing.weight[row] === 0

const told = new WeakMap<Cases, Map<0 | 1, Cases>>()

/** The cases with the label of every explored or hidden decision set to `label`. Cached, because results are cached by cases. */
function toldAs(cases: Cases, label: 0 | 1): Cases {
  const known = told.get(cases) ?? new Map<0 | 1, Cases>()
  told.set(cases, known)
  const found = known.get(label) ?? tell(cases, label)
  known.set(label, found)
  return found
}

function tell(cases: Cases, label: 0 | 1): Cases {
  const { weight, delay } = cases.standing!
  const isTold = (row: number): boolean => weight[row] !== 1
  return {
    ...cases,
    known: cases.known.map((is, row) => (isTold(row) ? 1 : is)),
    label: cases.label.map((is, row) => (isTold(row) ? label : is)),
    outcome: cases.outcome.map((is, row) => (isTold(row) ? (label === 1 ? cases.t[row] + delay : NaN) : is)),
  }
}
