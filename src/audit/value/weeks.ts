/**
 * Values of decisions as figures of time: a week as it was covered, the worst week, a stretch that the user named, a year.
 *
 * A week's figure is the mean of a decision whose label is known, times the eligible decisions of a week: eligible ones whose label is not known are taken to be like the others. A decision that is not eligible
 * has no outcome, and is in no figure.
 */
import type { Cases, RowRange } from '../domain/cases.ts'
import type { WorthIR } from '../../define/ir/ir.ts'
import { firstFrom } from '../../kernel/order.ts'
import { eligibleCount, type Eligibility } from './eligible.ts'

export const WEEK = 604_800_000
const WEEKS_A_YEAR = 365.25 / 7

/** Rows of the times [from, until), UTC ms, within `rows`. */
export function rowsBetween(t: Float64Array, { from, to }: RowRange, start: number, until: number): RowRange {
  const firstAt = (time: number): number => firstFrom(t, 1, from, to, time)
  return { from: firstAt(start), to: firstAt(until) }
}

/** Eligible decisions in a week: of as many decisions as the user says, otherwise as the rows have it; `undefined` where these cover no time. */
export function decisionsAWeek(
  { t, eligible }: Timed,
  { from, to }: RowRange,
  { decisionsAWeek: given }: Pick<WorthIR, 'decisionsAWeek'>,
): number | undefined {
  const counted = eligibleCount({ eligible }, { from, to })
  if (given !== undefined) return to > from ? (given * counted) / (to - from) : given
  const covered = to > from ? t[to - 1] - t[from] : 0
  return covered > 0 ? (counted / covered) * WEEK : undefined
}

/** Times of decisions, and which of them are eligible. */
type Timed = Pick<Cases, 't'> & Eligibility

export interface Total {
  readonly sum: number
  /** Of how many decisions: those whose value is known. */
  readonly n: number
}

/** `values` may be differences of two alternatives; NaN counts for nothing. */
export function totalOf(values: Float64Array): Total {
  let sum = 0
  let n = 0
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue
    sum += values[i]
    n++
  }
  return { sum, n }
}

/** Of rows [from, to) of a block, the total of their values, which may be differences of two alternatives. */
export type Totals = (rows: RowRange) => Total

/** In a week that has so many decisions; NaN without a value. */
export const aWeek = ({ sum, n }: Total, decisions: number): number => (sum / n) * decisions

/** An extrapolation, and to be called so: the weeks of a year are taken to be like those that were covered. */
export const aYear = (week: number): number => week * WEEKS_A_YEAR

/**
 * Of whole weeks, from the first row on, the one with the least sum, as a figure of one week; `undefined` where no whole week with a known value is covered. `totals` counts from the first of `rows`.
 */
export function worstWeek(
  { t, eligible }: Timed,
  rows: RowRange,
  totals: Totals,
): { readonly from: number; readonly value: number } | undefined {
  let worst: { readonly from: number; readonly value: number } | undefined
  const end = rows.to > rows.from ? t[rows.to - 1] : -Infinity
  for (let from = t[rows.from]; from + WEEK <= end; from += WEEK) {
    const week = rowsBetween(t, rows, from, from + WEEK)
    const total = totals({ from: week.from - rows.from, to: week.to - rows.from })
    if (total.n === 0) continue
    const value = aWeek(total, eligibleCount({ eligible }, week))
    if (!worst || value < worst.value) worst = { from, value }
  }
  return worst
}

/** Of each slice of the worth that has a known value in these rows: the figure of a week that is all like it. */
export function slicesOf(
  { t, eligible }: Timed,
  rows: RowRange,
  totals: Totals,
  { slices = [] }: Pick<WorthIR, 'slices'>,
): { readonly name: string; readonly aWeek: number }[] {
  return slices.flatMap(({ name, from, until }) => {
    const slice = rowsBetween(t, rows, from, until)
    const total = totals({ from: slice.from - rows.from, to: slice.to - rows.from })
    // A slice that reaches beyond the rows is as long as they are.
    const covered = slice.to > slice.from ? Math.min(until, t[rows.to - 1]) - Math.max(from, t[rows.from]) : 0
    return total.n > 0 && covered > 0 ? [{ name, aWeek: aWeek(total, (eligibleCount({ eligible }, slice) / covered) * WEEK) }] : []
  })
}
