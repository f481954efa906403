/** Columns of exact moments, as the kernel gives them to an aggregate. */
import { liftMoments, momentLayout, type MomentLayout, type MomentTerm } from '../../src/aggregate/partial/moments.ts'

/** An event: its time, UTC ms, and its value. */
export type TimedValue = readonly [time: number, value: number]

/** The layout of some terms over a column whose values are at most `bound` in magnitude. */
export const sumsLayout = (bound: number, ...terms: MomentTerm[]): MomentLayout => momentLayout(new Set(terms), bound)

/** Events at these times with these values. */
export const eventsAt = (times: readonly number[], values: readonly number[]): TimedValue[] => times.map((time, i) => [time, values[i]])

/** The columns of a layout, with one row per list of events. */
export function momentColumns(layout: MomentLayout, rows: readonly (readonly TimedValue[])[]): number[][] {
  const columns = Array.from({ length: layout.width }, () => rows.map(() => 0))
  const vector = new Float64Array(layout.width)
  rows.forEach((row, r) => {
    for (const [time, value] of row) {
      liftMoments(layout, time, value, vector, 0)
      columns.forEach((column, f) => (column[r] += vector[f]))
    }
  })
  return columns
}
