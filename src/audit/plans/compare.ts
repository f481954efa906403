/**
 * Paired comparison of two plans: monthly gain in units, monthly cost in dollars, and the net of both.
 *
 * The net bounds hold in all price scenarios: the low one uses the dearest, the high one the cheapest. Plans with equal decisions differ
 * only in cost.
 */
import type { RowRange } from '../domain/cases.ts'
import type { Range } from '../domain/audit-report.ts'
import type { Estimate } from '../domain/element-report.ts'
import type { PlanEvaluator } from './evaluation.ts'
import { isInconclusive, type IntervalEstimate, type PlanSearchProblem, type Inconclusive } from '../domain/plan-types.ts'
import type { Picks } from './space.ts'
import { sumOfKnown } from '../value/index.ts'

/** Difference of two plans, `left` less `right`. */
export interface PlanComparison {
  /** Units a month. */
  readonly gain: IntervalEstimate | Inconclusive
  /** True if no decision differs in this history. */
  readonly isSame: boolean
  /** True if no decision can differ in any history, because both compute the same values in different ways. */
  readonly isEqual: boolean
  /** Dollars a month. */
  readonly cost: Range | Inconclusive
  /** Dollars a month: gain times the value per outcome, less the cost. */
  readonly net: IntervalEstimate | Inconclusive
}

/** A comparison whose gain and cost are known. */
export interface KnownComparison extends PlanComparison {
  readonly gain: IntervalEstimate
  readonly cost: Range
}

export const isKnown = (comparison: PlanComparison): comparison is KnownComparison =>
  !isInconclusive(comparison.gain) && !isInconclusive(comparison.cost)

/** Two plans to compare. */
export type PlanPair = readonly [left: Picks, right: Picks]

/** Compares all pairs on a block in one family, so that their intervals are simultaneous. */
export async function comparePlans(pairs: readonly PlanPair[], evaluation: PlanEvaluator, rows: RowRange): Promise<PlanComparison[]> {
  const differences: (Float64Array | Inconclusive)[] = []
  for (const [left, right] of pairs) differences.push(await evaluation.difference(left, right, rows))
  const differing = differences.filter((column): column is Float64Array => !isInconclusive(column) && differs(column))
  const intervals = differing.length === 0 ? [] : await evaluation.ports.intervals(differing, rows)
  const intervalOf = new Map<object, IntervalEstimate | Inconclusive>(differing.map((column, i) => [column, intervals[i]]))
  const unseen = await evaluation.unseenDifference()
  return pairs.map(([left, right], i): PlanComparison => {
    const difference = differences[i]
    const interval = intervalOf.get(difference)
    const isEqual = evaluation.hasEqualValues(left, right)
    const mean = interval ?? (isInconclusive(difference) ? difference : sameDecisions(difference, isEqual ? 0 : unseen))
    const gain = monthly(mean, evaluation.problem.decisionsPerMonth)
    const cost = evaluation.costDifference(left, right)
    return { gain, isSame: !interval && !isInconclusive(mean), isEqual, cost, net: netOf(gain, cost, evaluation.problem) }
  })
}

/** True if any decision differs. */
const differs = (column: Float64Array): boolean => column.some(value => value !== 0 && !Number.isNaN(value))

/** Mean difference where no decision differs. `unseen` bounds the whole difference that this history may have missed, units. */
function sameDecisions(column: Float64Array, unseen: number): IntervalEstimate | Inconclusive {
  const { n: known } = sumOfKnown(column)
  if (known === 0) return { why: 'no decision of this block has a known outcome' }
  const bound = unseen / known
  // A 95 % bound is about two standard errors.
  return { value: 0, low: -bound + 0, high: bound, error: bound / 2 }
}

function monthly(interval: IntervalEstimate | Inconclusive, decisions: number): IntervalEstimate | Inconclusive {
  if (isInconclusive(interval)) return interval
  const { value, low, high, error } = interval
  if (![value, low, high, error].every(Number.isFinite)) return { why: 'the difference has no interval that is a number' }
  return { value: value * decisions, low: low * decisions, high: high * decisions, error: error * decisions }
}

function netOf(
  gain: IntervalEstimate | Inconclusive,
  cost: Range | Inconclusive,
  { price }: PlanSearchProblem,
): IntervalEstimate | Inconclusive {
  if (isInconclusive(gain)) return gain
  if (isInconclusive(cost)) return cost
  if (price === undefined) return { why: 'no price of utility is given' }
  return {
    value: gain.value * price - cost.base,
    low: gain.low * price - cost.high,
    high: gain.high * price - cost.low,
    error: gain.error * price,
  }
}

/** The comparison in the other direction. */
export const reverseComparison = ({ gain, cost, net, ...sameness }: PlanComparison): PlanComparison => ({
  ...sameness,
  gain: reverseInterval(gain),
  cost: isInconclusive(cost) ? cost : reverseCost(cost),
  net: reverseInterval(net),
})

function reverseInterval(interval: IntervalEstimate | Inconclusive): IntervalEstimate | Inconclusive {
  if (isInconclusive(interval)) return interval
  return { value: -interval.value + 0, low: -interval.high + 0, high: -interval.low + 0, error: interval.error }
}

/** The cost difference in the other direction. */
export const reverseCost = ({ low, base, high }: Range): Range => ({ low: -high, base: -base, high: -low })

/** The interval without its standard error. */
export const withoutError = (interval: IntervalEstimate | Inconclusive): Estimate | Inconclusive =>
  isInconclusive(interval) ? interval : { value: interval.value, low: interval.low, high: interval.high }
