/**
 * Two plans beside one another: utility gained and dollars spent in a month, paired row by row, and what is left.
 *
 * The bounds of what is left hold under all scenarios of prices: the low one has the dearest, the high one the cheapest. Two plans that make the same of every decision differ in cost alone.
 */
import type { RowRange } from '../domain/cases.ts'
import type { Estimate, Range } from '../domain/audit-report.ts'
import type { Evaluation } from './evaluation.ts'
import { isWhy, type Interval, type PlanQuestion, type Why } from '../domain/plan-types.ts'
import type { Picks } from './space.ts'

export interface Comparison {
  /** What `one` has more than `other`. */
  readonly one: Picks
  readonly other: Picks
  /** Utility a month. */
  readonly gain: Interval | Why
  /** No decision is another, in this history. */
  readonly isSame: boolean
  /** Nor can one be in any other: they are kept in another way. */
  readonly isEqual: boolean
  /** Dollars a month. */
  readonly cost: Range | Why
  /** Dollars a month: the gain by its price, less the cost. */
  readonly net: Interval | Why
}

/** All of them at once, so that their intervals hold together. */
export async function compareAll(
  pairs: readonly (readonly [Picks, Picks])[],
  evaluation: Evaluation,
  question: PlanQuestion,
  rows: RowRange,
): Promise<Comparison[]> {
  const columns: Float64Array[] = []
  for (const [one, other] of pairs) columns.push(await evaluation.difference(one, other, rows))
  const moved = columns.filter(column => !isStill(column))
  const intervals = moved.length > 0 ? await evaluation.intervals(moved, rows) : []
  const unseen = await evaluation.unseen()
  return pairs.map(([one, other], i) => {
    const isSame = isStill(columns[i]) && !isUnknown(columns[i])
    const refusal = evaluation.refusal(one, rows) ?? evaluation.refusal(other, rows)
    const isEqual = evaluation.isEqual(one, other)
    const still = isEqual ? 0 : unseen
    const gain = refusal === undefined ? gainOf(columns[i], intervals[moved.indexOf(columns[i])], still, question) : { why: refusal }
    const cost = evaluation.costDifference(one, other)
    return { one, other, gain, isSame, isEqual, cost, net: netOf(gain, cost, question) }
  })
}

/** `interval` is that of a column which is not still; `unseen` what a still one may differ by, units. */
function gainOf(column: Float64Array, interval: Interval | Why, unseen: number, { decisionsAMonth }: PlanQuestion): Interval | Why {
  if (isUnknown(column)) return { why: 'of no decision in this part of the history it is known what came of it' }
  if (!isStill(column)) return aMonth(interval, decisionsAMonth)
  const known = column.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0)
  const most = (unseen / known) * decisionsAMonth
  return { value: 0, low: -most + 0, high: most, error: most / 2 }
}

/** The same the other way round. */
export function reversed({ one, other, gain, isSame, isEqual, cost, net }: Comparison): Comparison {
  return {
    one: other,
    other: one,
    gain: negative(gain),
    isSame,
    isEqual,
    cost: isWhy(cost) ? cost : { low: -cost.high, base: -cost.base, high: -cost.low },
    net: negative(net),
  }
}

function netOf(gain: Interval | Why, cost: Range | Why, { price }: PlanQuestion): Interval | Why {
  if (isWhy(gain)) return gain
  if (isWhy(cost)) return cost
  if (price === undefined) return { why: 'no price of utility is given' }
  return {
    value: gain.value * price - cost.base,
    low: gain.low * price - cost.high,
    high: gain.high * price - cost.low,
    error: gain.error * price,
  }
}

/** Zeros, and what is not known. */
const isStill = (column: Float64Array): boolean => column.every(value => value === 0 || Number.isNaN(value))

/** Known of no decision at all. */
const isUnknown = (column: Float64Array): boolean => column.every(Number.isNaN)

function aMonth(interval: Interval | Why, decisions: number): Interval | Why {
  if (isWhy(interval)) return interval
  const { value, low, high, error } = interval
  if (![value, low, high, error].every(Number.isFinite)) return { why: 'the difference has no interval that is a number' }
  return { value: value * decisions, low: low * decisions, high: high * decisions, error: error * decisions }
}

function negative(given: Interval | Why): Interval | Why {
  if (isWhy(given)) return given
  return { value: -given.value + 0, low: -given.high + 0, high: -given.low + 0, error: given.error }
}

export const estimateOf = (given: Interval | Why): Estimate | Why =>
  isWhy(given) ? given : { value: given.value, low: given.low, high: given.high }
