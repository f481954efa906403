/**
 * Decisions that an action left undone, in place of those whose outcome it has hidden.
 *
 * **Formula.** Let v be what a decision is worth under an alternative, v₁ if its label is true and v₀ if it is false: these are known of each, hidden or not, and f = q v₁ + (1 − q) v₀ is what is
 * expected of it, q the part of true labels among those left undone. A hidden decision counts f, one that was left undone f + (v − f) / p, p its chance; all others count v. For any q that does not
 * depend on the draw the sum is unbiased (Horvitz and Thompson 1952; with f, the difference estimator: Särndal, Swensson and Wretman 1992, 6.3), and as exact as f is near. It is linear in v, so that what
 * two alternatives differ by is the difference of theirs, row by row; and what the draw adds to the variance is in the spread of rows, of whatever clusters. f is not 0 where a hidden decision would be
 * another, so that nothing which changes looks as if it did not.
 *
 * A utility is asked three times. What one decision is worth must not depend on another's label, which of `labelFrom` no utility of ours does.
 */
import type { Cases, UtilityFunction } from '../domain/cases.ts'

/** The same where nothing stands for anything. */
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

/** How many the row stands for. */
export const weightOf = ({ standing }: Pick<Cases, 'standing'>, row: number): number => (standing ? standing.weight[row] : 1)

/** Is its label hidden, and do others stand for it? */
export const isStoodFor = ({ standing }: Pick<Cases, 'standing'>, row: number): boolean =>
  standing !== undefined && standing.weight[row] === 0

const told = new WeakMap<Cases, Map<0 | 1, Cases>>()

/** The same cases with the labels of all that were left undone, or hidden, said to be `label`; remembered, since what is computed of cases is. */
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
