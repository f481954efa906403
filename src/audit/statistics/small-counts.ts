/**
 * Bounds from counts, for levels that change few decisions, or whose change is mostly that of one cluster. The standard error is poorly
 * estimated there, and its interval can be a hundred times their total.
 *
 * **Formula.** Of N decisions let E Σd⁺ be the expected total gain. With Λ(x) the expected number of decisions that gain more than x, it is
 * ∫ Λ(x) dx from 0 to the largest gain (Anderson 1969, "Confidence limits for the expected value of an arbitrary bounded random variable").
 * Above the gain that m decisions exceed, Λ is at most Garwood's bound of the count m (`distributions.ts`). So with gains a_1 ≥ a_2 ≥ … the
 * bound is Σ (a_m' − a_m) · upper(m) over counts m = 0, 1, 2, 4 … up to all, with m' the count before. The steps above 0 share the tail;
 * equal gains are one step: the count bound times the gain. Losses likewise; the interval is −E Σd⁻ to E Σd⁺, over N.
 *
 * Decisions of one cluster are correlated, so the sums of clusters are bounded too, for each column, and the widest bound is used. The
 * largest possible gain is the largest difference of any level of the sweep. Where at most a few, k, differ in every level, it
 * is (1 + 1/k) of that, as for the largest of k numbers below an unknown maximum. The bound is invalid with few or very unequal clusters:
 * the shock of the largest cluster is seen once (of ten very unequal clusters 94 % of such intervals cover, where 97 % by the error do).
 */
import { poissonUpper } from './distributions.ts'
import type { SparseValues } from '../value/sparse.ts'

/** With this many differing clusters in each column the standard error is well estimated, unless one of them dominates. */
const FEW_MAX = 20
/**
 * With fewer degrees of freedom one cluster dominates. Of 30 to 100 lognormal amounts (sigma 2) of either sign, mean widths fall from 38
 * and 25 to 7 and 5 with bounds by counts, at the same coverage. From 2 on, intervals by the error are narrower.
 */
const FREEDOM_MIN = 2

/** The differing decisions of one level, counted. */
export interface DifferenceCounts {
  readonly differing: number
  /** The largest absolute difference of one decision. */
  readonly largest: number
  /** The nonzero differences of decisions, and the nonzero cluster sums of each column; absent where the standard error serves. */
  readonly few?: readonly Float64Array[]
}

/** `columns`: the nonzero cluster sums of each column. `freedom`: the degrees of freedom of the standard error. */
export function differenceCounts({ by }: Pick<SparseValues, 'by'>, columns: readonly Float64Array[], freedom: number): DifferenceCounts {
  const isFew = freedom < FREEDOM_MIN || [by, ...columns].some(({ length }) => length < FEW_MAX)
  return { differing: by.length, largest: largestOf(by), ...(isFew && { few: [by, ...columns] }) }
}

/** The largest possible difference of one decision, by all levels of a sweep. */
export function largestPossibleDifference(levels: readonly DifferenceCounts[]): number {
  const [largest, differing] = [Math.max(...levels.map(counts => counts.largest)), Math.max(...levels.map(counts => counts.differing))]
  return differing < FEW_MAX ? largest * (1 + 1 / differing) : largest
}

/** The bounds of Σd at a tail. */
export type CountBound = (tail: number) => readonly [low: number, high: number]

/** The count bound of few differences, each at most `maximum` in size. */
export function countBound(few: readonly Float64Array[], maximum: number): CountBound {
  const sides = few.map(values => {
    const gainMaximum = Math.max(maximum, largestOf(values))
    return {
      down: stepsOf(
        values.map(value => -value),
        gainMaximum,
      ),
      up: stepsOf(values, gainMaximum),
    }
  })
  return tail => [
    -Math.max(...sides.map(({ down }) => expectedTotalBound(down, tail / 2))),
    Math.max(...sides.map(({ up }) => expectedTotalBound(up, tail / 2))),
  ]
}

function largestOf(values: Float64Array): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > largest) largest = Math.abs(values[i])
  return largest
}

/** A gain level that `count` values exceed, and its distance below the previous level. */
interface Step {
  readonly count: number
  readonly height: number
}

/** The steps of the positive values, from `maximum` down to 0. */
function stepsOf(values: Float64Array, maximum: number): Step[] {
  const gains = values
    .filter(value => value > 0)
    .toSorted()
    .toReversed()
  const steps: Step[] = []
  let from = maximum
  for (let count = Math.min(1, gains.length); ; count = Math.min(2 * count, gains.length)) {
    const to = count < gains.length ? gains[count] : 0
    if (from > to) steps.push({ count, height: from - to })
    from = to
    if (count >= gains.length) return steps
  }
}

const expectedTotalBound = (steps: readonly Step[], tail: number): number =>
  steps.reduce((sum, { count, height }) => sum + height * poissonUpper(count, tail / steps.length), 0)

/**
 * The bound of |Σd| for a level that differed in no decision: by the rule of three (Hanley and Lippman-Hand 1983) the expected number of
 * differing decisions is below −ln 0.05 = 3.0 with probability 0.95, each at most `maximum`. No observed difference is no proof of
 * equality: with fifty actions, one in twenty may differ.
 */
export const ruleOfThreeBound = (maximum: number): number => -Math.log(0.05) * maximum
