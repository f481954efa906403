/**
 * A value of each row of a block, without those that are 0: of most decisions nothing follows, and of most of the others an alternative makes the same. What is asked of many alternatives costs the rest alone.
 *
 * Sums are those of all rows in their order, to the bit: a 0 adds nothing.
 */
import { firstNotBelow } from '../../columns/order.ts'
import type { RowRange } from '../domain/cases.ts'
import { remembered } from './memo.ts'
import type { Total } from './weeks.ts'

export interface Sparse {
  /** Rows that count: those whose value is known. */
  readonly rows: number
  /** Those whose value is not 0, ascending from the first of the block, and their values. */
  readonly at: Int32Array
  readonly by: Float64Array
  /** Σ and Σ of squares. */
  readonly sum: number
  readonly squares: number
  /** 1 where the value is not known. One array for all that are not known of the same rows. */
  readonly unknown: Uint8Array
}

/** Room for as many rows as there have been, written over by whoever is next. */
let room = roomFor(0)

function roomFor(rows: number): Pick<Sparse, 'at' | 'by'> {
  return { at: new Int32Array(rows), by: new Float64Array(rows) }
}

/** Of values row by row, NaN where one is not known. `unknown` is taken where just those are not that it says. */
export function sparseOf(values: Float64Array, unknown: Uint8Array = new Uint8Array(values.length)): Sparse {
  if (room.at.length < values.length) room = roomFor(values.length)
  const { at, by } = room
  let own = unknown
  let [missed, count] = [0, 0]
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    // Of most rows: the rest is not asked of them.
    if (value === 0 && own[row] === 0) continue
    const missing = Number.isNaN(value) ? 1 : 0
    if (missing !== own[row]) {
      if (own === unknown) own = unknown.slice()
      own[row] = missing
    }
    missed += missing
    if (missing === 1 || value === 0) continue
    at[count] = row
    by[count++] = value
  }
  return summed(at.slice(0, count), by.slice(0, count), own, values.length - missed)
}

/** `at` and `by` are kept. */
export function summed(at: Int32Array, by: Float64Array, unknown: Uint8Array, rows: number): Sparse {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < by.length; i++) {
    sum += by[i]
    squares += by[i] * by[i]
  }
  return { rows, at, by, sum, squares, unknown }
}

/** One less another, row by row; not known where either is not. */
export function less(one: Sparse, other: Sparse): Sparse {
  const { length } = one.unknown
  const rowByRow = (): Sparse =>
    sparseOf(
      dense(one).map((value, row) => value - valueAt(other, row)),
      one.unknown,
    )
  if (one.unknown !== other.unknown) return rowByRow()
  if (room.at.length < length) room = roomFor(length)
  const { at, by } = room
  let [count, i, j] = [0, 0, 0]
  while (i < one.at.length || j < other.at.length) {
    const a = i < one.at.length ? one.at[i] : length
    const b = j < other.at.length ? other.at[j] : length
    const value = (a <= b ? one.by[i] : 0) - (b <= a ? other.by[j] : 0)
    if (Number.isNaN(value)) return rowByRow()
    at[count] = a < b ? a : b
    by[count] = value
    count += value === 0 ? 0 : 1
    i += a <= b ? 1 : 0
    j += b <= a ? 1 : 0
  }
  return summed(at.slice(0, count), by.slice(0, count), one.unknown, one.rows)
}

/** Row by row again; NaN where it is not known. */
export function dense({ at, by, unknown }: Sparse): Float64Array {
  const values = Float64Array.from(unknown, is => (is === 1 ? NaN : 0))
  for (let i = 0; i < at.length; i++) values[at[i]] = by[i]
  return values
}

function valueAt({ at, by, unknown }: Sparse, row: number): number {
  if (unknown[row] === 1) return NaN
  const place = firstNotBelow(at, row)
  return at[place] === row ? by[place] : 0
}

/** Of rows of the block, [from, to). */
export function totalWithin({ at, by, unknown }: Sparse, { from, to }: RowRange): Total {
  const before = unknownBefore(unknown)
  let sum = 0
  for (let i = firstNotBelow(at, from); i < at.length && at[i] < to; i++) sum += by[i]
  return { sum, n: to - from - (before[to] - before[from]) }
}

/** By row, how many before it are not known. Asked for week by week of many values of which the same are not. */
const unknownBefore = remembered((unknown: Uint8Array): Uint32Array => {
  const before = new Uint32Array(unknown.length + 1)
  for (let row = 0; row < unknown.length; row++) before[row + 1] = before[row] + unknown[row]
  return before
})
