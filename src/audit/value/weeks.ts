/**
 * Values over time: a covered week, the worst week, a slice that the user names.
 *
 * A weekly figure is the mean over decisions with a known label, times the eligible decisions per week: eligible decisions without a label
 * are assumed to be like the others. Decisions that are not eligible have no outcome and are in no figure.
 */
import { WEEK_MS } from '../../base/index.ts'
import type { Cases, RowRange } from '../domain/cases.ts'
import type { WorthIR } from '../../define/ir/index.ts'
import { lowerBound } from '../../columns/index.ts'
import { eligibleCount, type Eligibility } from './alert-evaluation.ts'
import type { ValueTotal } from './sparse.ts'

/** The rows of the times [start, until), UTC ms, within the rows [from, to). */
export function rowsInPeriod(t: Float64Array, { from, to }: RowRange, start: number, until: number): RowRange {
  const firstAt = (time: number): number => from + lowerBound(t.subarray(from, to), time)
  return { from: firstAt(start), to: firstAt(until) }
}

/** Eligible decisions per week: of the user's weekly `volume`, otherwise of the rows; `undefined` where the rows cover no time. */
export function decisionsPerWeek({ t, eligible }: Timed, { from, to }: RowRange, volume?: number): number | undefined {
  const eligibleRows = eligibleCount({ eligible }, { from, to })
  if (volume !== undefined) return to > from ? (volume * eligibleRows) / (to - from) : volume
  const covered = to > from ? t[to - 1] - t[from] : 0
  return covered > 0 ? (eligibleRows / covered) * WEEK_MS : undefined
}

/** Weeks from the first decision to the last. */
export const weeksCovered = ({ t, length }: Pick<Cases, 't' | 'length'>): number => (t[length - 1] - t[0]) / WEEK_MS

/** Times of decisions and their eligibility. */
type Timed = Pick<Cases, 't'> & Eligibility

/** The sum of the known values, which may be differences of two plans; NaN is skipped. */
export function sumOfKnown(values: Float64Array): ValueTotal {
  let sum = 0
  let n = 0
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue
    sum += values[i]
    n++
  }
  return { sum, n }
}

/** The total over rows [from, to) of a block, of values or differences. */
export type TotalsByRows = (rows: RowRange) => ValueTotal

/** The value of a week with so many decisions; NaN without a known value. */
export const weeklyValue = ({ sum, n }: ValueTotal, decisions: number): number => (sum / n) * decisions

/**
 * The whole week with the least sum, counted from the first row, as a weekly figure; `undefined` without a whole week with a known value.
 * `totals` counts rows from `rows.from`.
 */
export function worstWeek(
  { t, eligible }: Timed,
  rows: RowRange,
  totals: TotalsByRows,
): { readonly from: number; readonly value: number } | undefined {
  let worst: { readonly from: number; readonly value: number } | undefined
  const end = rows.to > rows.from ? t[rows.to - 1] : -Infinity
  for (let from = t[rows.from]; from + WEEK_MS <= end; from += WEEK_MS) {
    const week = rowsInPeriod(t, rows, from, from + WEEK_MS)
    const total = totals({ from: week.from - rows.from, to: week.to - rows.from })
    if (total.n === 0) continue
    const value = weeklyValue(total, eligibleCount({ eligible }, week))
    if (!worst || value < worst.value) worst = { from, value }
  }
  return worst
}

/** The weekly figure of each slice that has a known value in these rows, as if the week were all like the slice. */
export function sliceValues(
  { t, eligible }: Timed,
  rows: RowRange,
  totals: TotalsByRows,
  { slices = [] }: Pick<WorthIR, 'slices'>,
): { readonly name: string; readonly perWeek: number }[] {
  return slices.flatMap(({ name, from, until }) => {
    const slice = rowsInPeriod(t, rows, from, until)
    const total = totals({ from: slice.from - rows.from, to: slice.to - rows.from })
    // A slice that reaches beyond the rows ends with them.
    const covered = slice.to > slice.from ? Math.min(until, t[rows.to - 1]) - Math.max(from, t[rows.from]) : 0
    return total.n > 0 && covered > 0
      ? [{ name, perWeek: weeklyValue(total, (eligibleCount({ eligible }, slice) / covered) * WEEK_MS) }]
      : []
  })
}
