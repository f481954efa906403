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

/** Difference of two plans, `left` less `right`. */
export interface PlanComparison {
  /** Plan on the left of the difference. */
  readonly left: Picks
  readonly right: Picks
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

/** Compares all pairs in one family, so that their intervals are simultaneous. */
export async function comparePlans(
  pairs: readonly (readonly [Picks, Picks])[],
  evaluation: PlanEvaluator,
  question: PlanSearchProblem,
  rows: RowRange,
): Promise<PlanComparison[]> {
  const columns: Float64Array[] = []
  for (const [one, other] of pairs) columns.push(await evaluation.difference(one, other, rows))
  const differing = columns.filter(column => !isUnchanged(column))
  const intervals = differing.length > 0 ? await evaluation.intervals(differing, rows) : []
  const unseen = await evaluation.unseenDifference()
  return pairs.map(([one, other], i): PlanComparison => {
    const isSame = isUnchanged(columns[i]) && !isUnknown(columns[i])
    const reason = evaluation.unobservableReason(one, rows) ?? evaluation.unobservableReason(other, rows)
    const isEqual = evaluation.hasEqualValues(one, other)
    const tolerance = isEqual ? 0 : unseen
    const gain = reason === undefined ? gainOf(columns[i], intervals[differing.indexOf(columns[i])], tolerance, question) : { why: reason }
    const cost = evaluation.costDifference(one, other)
    return { left: one, right: other, gain, isSame, isEqual, cost, net: netOf(gain, cost, question) }
  })
}

/** `interval` belongs to a column with differences. `unseen` bounds the difference of a column without any, units. */
function gainOf(
  column: Float64Array,
  interval: IntervalEstimate | Inconclusive,
  unseen: number,
  { decisionsPerMonth }: PlanSearchProblem,
): IntervalEstimate | Inconclusive {
  if (isUnknown(column)) return { why: 'of no decision in this part of the history it is known what came of it' }
  if (!isUnchanged(column)) return monthly(interval, decisionsPerMonth)
  const knownRows = column.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0)
  const bound = (unseen / knownRows) * decisionsPerMonth
  return { value: 0, low: -bound + 0, high: bound, error: bound / 2 }
}

/** The comparison in the other direction. */
export function reverseComparison({ left: one, right: other, gain, isSame, isEqual, cost, net }: PlanComparison): PlanComparison {
  return {
    left: other,
    right: one,
    gain: negated(gain),
    isSame,
    isEqual,
    cost: isInconclusive(cost) ? cost : { low: -cost.high, base: -cost.base, high: -cost.low },
    net: negated(net),
  }
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

/** True if the column has only zeros and unknown values. */
const isUnchanged = (column: Float64Array): boolean => column.every(value => value === 0 || Number.isNaN(value))

/** True if no decision of the column has a known outcome. */
const isUnknown = (column: Float64Array): boolean => column.every(Number.isNaN)

function monthly(interval: IntervalEstimate | Inconclusive, decisions: number): IntervalEstimate | Inconclusive {
  if (isInconclusive(interval)) return interval
  const { value, low, high, error } = interval
  if (![value, low, high, error].every(Number.isFinite)) return { why: 'the difference has no interval that is a number' }
  return { value: value * decisions, low: low * decisions, high: high * decisions, error: error * decisions }
}

function negated(interval: IntervalEstimate | Inconclusive): IntervalEstimate | Inconclusive {
  if (isInconclusive(interval)) return interval
  return { value: -interval.value + 0, low: -interval.high + 0, high: -interval.low + 0, error: interval.error }
}

/** The interval without its standard error. */
export const withoutError = (interval: IntervalEstimate | Inconclusive): Estimate | Inconclusive =>
  isInconclusive(interval) ? interval : { value: interval.value, low: interval.low, high: interval.high }
