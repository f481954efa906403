/**
 * Sparse values of a block's rows: only nonzero values are stored. Most decisions trigger nothing, and most others are equal in two
 * plans, so work on many plans is proportional to the rest.
 *
 * Sums equal those over all rows in order, to the bit: adding 0 changes nothing.
 */
import { lowerBound } from '../../columns/index.ts'
import type { RowRange } from '../domain/cases.ts'
import { memoize } from '../domain/caches.ts'

export interface SparseValues {
  /** The number of rows whose value is known. */
  readonly rows: number
  /** Rows with a nonzero value, ascending from the first of the block, and their values. */
  readonly at: Int32Array
  readonly by: Float64Array
  /** The sum of the values, and of their squares. */
  readonly sum: number
  readonly squares: number
  /** 1 where the value is unknown. Values with the same unknown rows share the array. */
  readonly unknown: Uint8Array
}

/** Scratch space for the most rows so far. The next call overwrites it. */
let scratch = scratchFor(0)

function scratchFor(rows: number): Pick<SparseValues, 'at' | 'by'> {
  return { at: new Int32Array(rows), by: new Float64Array(rows) }
}

/** Sparse values of dense values, NaN where unknown. `unknown` is reused if it marks exactly the unknown rows. */
export function sparseOf(values: Float64Array, unknown: Uint8Array = new Uint8Array(values.length)): SparseValues {
  if (scratch.at.length < values.length) scratch = scratchFor(values.length)
  const { at, by } = scratch
  let mask = unknown
  let [unknownCount, count] = [0, 0]
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    // The common case; the rest of the loop is skipped.
    if (value === 0 && mask[row] === 0) continue
    const missing = Number.isNaN(value) ? 1 : 0
    if (missing !== mask[row]) {
      if (mask === unknown) mask = unknown.slice()
      mask[row] = missing
    }
    unknownCount += missing
    if (missing === 1 || value === 0) continue
    at[count] = row
    by[count++] = value
  }
  return sparseWithSums(at.slice(0, count), by.slice(0, count), mask, values.length - unknownCount)
}

/** Sparse values with their sums; keeps `at` and `by` without a copy. */
export function sparseWithSums(at: Int32Array, by: Float64Array, unknown: Uint8Array, rows: number): SparseValues {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < by.length; i++) {
    sum += by[i]
    squares += by[i] * by[i]
  }
  return { rows, at, by, sum, squares, unknown }
}

/** The difference, row by row; unknown where either value is. */
export function subtractSparse(left: SparseValues, right: SparseValues): SparseValues {
  const { length } = left.unknown
  const subtractDense = (): SparseValues =>
    sparseOf(
      denseValues(left).map((value, row) => value - valueAt(right, row)),
      left.unknown,
    )
  if (left.unknown !== right.unknown) return subtractDense()
  if (scratch.at.length < length) scratch = scratchFor(length)
  const { at, by } = scratch
  let [count, i, j] = [0, 0, 0]
  while (i < left.at.length || j < right.at.length) {
    const a = i < left.at.length ? left.at[i] : length
    const b = j < right.at.length ? right.at[j] : length
    const value = (a <= b ? left.by[i] : 0) - (b <= a ? right.by[j] : 0)
    if (Number.isNaN(value)) return subtractDense()
    at[count] = a < b ? a : b
    by[count] = value
    count += value === 0 ? 0 : 1
    i += a <= b ? 1 : 0
    j += b <= a ? 1 : 0
  }
  return sparseWithSums(at.slice(0, count), by.slice(0, count), left.unknown, left.rows)
}

/** Dense values; NaN where unknown. */
export function denseValues({ at, by, unknown }: SparseValues): Float64Array {
  const values = Float64Array.from(unknown, is => (is === 1 ? NaN : 0))
  for (let i = 0; i < at.length; i++) values[at[i]] = by[i]
  return values
}

function valueAt({ at, by, unknown }: SparseValues, row: number): number {
  if (unknown[row] === 1) return NaN
  const place = lowerBound(at, row)
  return at[place] === row ? by[place] : 0
}

/** A sum of values. */
export interface ValueTotal {
  readonly sum: number
  /** The number of decisions whose value is known. */
  readonly n: number
}

/** The sum over rows [from, to) of the block. */
export function sumWithin({ at, by, unknown }: SparseValues, { from, to }: RowRange): ValueTotal {
  const before = flagsBefore(unknown)
  let sum = 0
  for (let i = lowerBound(at, from); i < at.length && at[i] < to; i++) sum += by[i]
  return { sum, n: to - from - (before[to] - before[from]) }
}

/** The number of flags that are 1 before each row. Cached, because weekly sums of many values share it. */
export const flagsBefore = memoize((flags: Uint8Array): Uint32Array => {
  const before = new Uint32Array(flags.length + 1)
  for (let row = 0; row < flags.length; row++) before[row + 1] = before[row] + flags[row]
  return before
})
