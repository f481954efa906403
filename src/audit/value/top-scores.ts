/** Selection of the n-th largest value without a full sort: values are counted in bins of equal width, and one bin is sorted. */
import type { RowRange } from '../domain/cases.ts'

const BINS = 1 << 12

/**
 * The value of rank `place` (0 for the largest) among the rows that are not NaN, of which there are more than `place`. O(n); O(n log n)
 * where one bin has most values.
 */
export function nthLargest(values: Float64Array, { from, to }: RowRange, place: number): number {
  let [low, high] = [Infinity, -Infinity]
  for (let row = from; row < to; row++) {
    if (values[row] < low) low = values[row]
    if (values[row] > high) high = values[row]
  }
  const scale = (BINS - 1) / (high - low)
  // A single value, or a range beyond the doubles.
  if (!(scale > 0 && scale < Infinity)) return sorted(values, { from, to }).at(-1 - place)!
  const counts = new Uint32Array(BINS)
  for (let row = from; row < to; row++) if (values[row] >= low) counts[Math.floor((values[row] - low) * scale)]++
  let [bin, above] = [BINS - 1, 0]
  while (above + counts[bin] <= place) above += counts[bin--]
  const members = new Float64Array(counts[bin])
  let next = 0
  for (let row = from; row < to; row++) if (Math.floor((values[row] - low) * scale) === bin) members[next++] = values[row]
  return members.sort().at(-1 - (place - above))!
}

/** Sorted values without NaN, which sorts last. */
function sorted(values: Float64Array, { from, to }: RowRange): Float64Array {
  const all = values.slice(from, to).sort()
  let { length } = all
  while (length > 0 && Number.isNaN(all[length - 1])) length--
  return all.subarray(0, length)
}
