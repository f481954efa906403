/**
 * Sorts rows by a column of integers, stably, and searches sorted columns.
 *
 * A radix sort from the lowest digit up: each pass orders the rows by one digit and, being stable, keeps the order of the
 * passes before. Event times of one history differ in 32 to 44 bits, so three or four passes suffice, whatever the disorder.
 * Cost: 20 bytes a row during the sort, 4 for the result; one pass over values that are in order.
 */
import { assert } from '../base/index.ts'

const DIGIT_BITS = 11
const DIGITS = 1 << DIGIT_BITS
/** Keys are sorted by their lower half, then by their upper half, two digits each. */
const HALF = 2 ** (2 * DIGIT_BITS)

/** Row numbers in ascending order of `values`, integers less than 2^44 apart; `undefined` if the values are ascending. */
export function ascendingOrder(values: Float64Array): Uint32Array | undefined {
  if (isAscending(values)) return undefined
  let least = Infinity
  let greatest = -Infinity
  for (let row = 0; row < values.length; row++) {
    if (values[row] < least) least = values[row]
    if (values[row] > greatest) greatest = values[row]
  }
  assert(greatest - least < HALF * HALF, 'values to sort are less than 2^44 apart')
  const lower = new Int32Array(values.length)
  const upper = new Int32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const key = values[row] - least
    upper[row] = key / HALF
    lower[row] = key - upper[row] * HALF
  }
  let rows = new Uint32Array(values.length)
  for (let row = 0; row < rows.length; row++) rows[row] = row
  for (const half of [lower, upper]) for (const shift of [0, DIGIT_BITS]) rows = sortByDigit(rows, half, shift)
  return rows
}

/** Sorts the rows by one digit of their keys; returns them unchanged if all have the same digit. */
function sortByDigit(rows: Uint32Array<ArrayBuffer>, keys: Int32Array, shift: number): Uint32Array<ArrayBuffer> {
  const places = new Uint32Array(DIGITS + 1)
  for (let row = 0; row < keys.length; row++) {
    const next = ((keys[row] >>> shift) & (DIGITS - 1)) + 1
    places[next] = places[next] + 1
  }
  if (places.includes(keys.length, 1)) return rows
  for (let digit = 1; digit < DIGITS; digit++) places[digit] = places[digit] + places[digit - 1]
  const sorted = new Uint32Array(rows.length)
  for (let i = 0; i < rows.length; i++) {
    const digit = (keys[rows[i]] >>> shift) & (DIGITS - 1)
    const place = places[digit]
    places[digit] = place + 1
    sorted[place] = rows[i]
  }
  return sorted
}

/** True if no value is below the value before it. */
export function isAscending(values: Float64Array | Int32Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i - 1] > values[i]) return false
  return true
}

/** Index of the first of ascending values that is not below `least`; their number if there is none. */
export function lowerBound(values: Float64Array | Int32Array, least: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle] < least) low = middle + 1
    else high = middle
  }
  return low
}

/** Number of the ascending `times` at or before each of the ascending `until`. */
export function countUpTo(times: Float64Array, until: Float64Array): Int32Array {
  const counts = new Int32Array(until.length)
  let count = 0
  for (let i = 0; i < until.length; i++) {
    while (count < times.length && times[count] <= until[i]) count++
    counts[i] = count
  }
  return counts
}
