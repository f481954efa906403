/**
 * A bound from the count of what differs, for alternatives that change the outcome of a handful of decisions. An error that one of them carries is hardly known, and its interval can be a hundred times what all of them are worth.
 *
 * **Formula.** Of N decisions let E Σd⁺ be what those that gain are expected to gain in all. With Λ(x) decisions expected to gain more than x it is ∫ Λ(x) dx from 0 to the most that one gains (Anderson 1969, "Confidence limits for the
 * expected value of an arbitrary bounded random variable"). At the gain that m are above, Λ is at most Garwood's bound of a count of m (`poisson.ts`). So with gains a_1 ≥ a_2 ≥ … the bound is Σ (a_m' − a_m) · upper(m) over counts m = 0, 1, 2, 4 …
 * up to all, m' the count before; the tail is shared among the steps that are above 0, one where all gain as much: how many, times how much. The same of what others lose; the interval is −E Σd⁻ to E Σd⁺, over N.
 *
 * Decisions of one cluster share luck, so clusters are counted too, of each column, by their sums; the widest bound is taken. What one gains at most is not what the few have shown: it is the largest difference of any alternative of
 * the ladder, and where that too is of a handful k, (1 + 1/k) of it, as of the largest of k numbers below an unknown one. It is no bound where there are few clusters, or a few have most decisions: the luck of the largest is seen once, and what
 * it might have lost otherwise is seen of none (of ten very unequal ones, 94 % of such intervals cover where 97 % by the error do).
 */
import { poissonUpper } from './poisson.ts'
import type { CellSet } from './sample.ts'
import type { Sparse } from '../value/sparse.ts'
import type { CellSums } from './sums.ts'

/** Where so many clusters differ, of each column, an error is known well enough. */
const DIFFERING_FEW = 20

/** What differs of one alternative. */
export interface Counted {
  readonly differing: number
  /** Of one decision, either way. */
  readonly largest: number
  /** Differences of decisions, and sums of clusters of each column, those that are not 0; absent where more than a few differ. */
  readonly few?: readonly Float64Array[]
}

/** `columns` has what differs summed by the clusters of each column, where that is not 0. */
export function countedOf({ by }: Pick<Sparse, 'by'>, columns: readonly Float64Array[]): Counted {
  const isFew = [by, ...columns].some(({ length }) => length < DIFFERING_FEW)
  return { differing: by.length, largest: largestOf(by), ...(isFew && { few: [by, ...columns] }) }
}

/** Of sums by one set of cells those that `countedOf` takes, if it is of one column. */
export const countedColumn = ({ sums, cells }: CellSums, { over }: CellSet): Float64Array[] =>
  over.length === 1 ? [sums.slice(0, cells.length)] : []

/** What one decision gains or loses at most, by what all alternatives of a ladder have shown. */
export function mostOf(ladder: readonly Counted[]): number {
  const [largest, differing] = [Math.max(...ladder.map(one => one.largest)), Math.max(...ladder.map(one => one.differing))]
  return differing < DIFFERING_FEW ? largest * (1 + 1 / differing) : largest
}

/** Of an interval that misses with probability `tail`: bounds of Σd. */
export type CountBound = (tail: number) => readonly [low: number, high: number]

export function countBound(few: readonly Float64Array[], most: number): CountBound {
  const sides = few.map(values => {
    const atMost = Math.max(most, largestOf(values))
    return {
      down: stepsOf(
        values.map(value => -value),
        atMost,
      ),
      up: stepsOf(values, atMost),
    }
  })
  return tail => [
    -Math.max(...sides.map(({ down }) => expectedAtMost(down, tail / 2))),
    Math.max(...sides.map(({ up }) => expectedAtMost(up, tail / 2))),
  ]
}

function largestOf(values: Float64Array): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > largest) largest = Math.abs(values[i])
  return largest
}

/** What `count` are above, and how much lower it is than what the count before was. */
interface Step {
  readonly count: number
  readonly height: number
}

/** Of those above 0. The largest stands for the most that there may be. */
function stepsOf(values: Float64Array, most: number): Step[] {
  const gains = values
    .filter(value => value > 0)
    .toSorted()
    .toReversed()
  const steps: Step[] = []
  let from = most
  for (let count = Math.min(1, gains.length); ; count = Math.min(2 * count, gains.length)) {
    const to = count < gains.length ? gains[count] : 0
    if (from > to) steps.push({ count, height: from - to })
    from = to
    if (count >= gains.length) return steps
  }
}

const expectedAtMost = (steps: readonly Step[], tail: number): number =>
  steps.reduce((sum, { count, height }) => sum + height * poissonUpper(count, tail / steps.length), 0)

/**
 * Σd of an alternative that differed in no decision, at most, either way: with probability 0.95 fewer than −ln 0.05 = 3.0 such decisions were to be expected (the rule of three: Hanley and Lippman-Hand 1983), each worth at most `most`.
 * That none was seen is no proof that there is none: of fifty actions one in twenty may be another.
 */
export const noneSeenBound = (most: number): number => -Math.log(0.05) * most
