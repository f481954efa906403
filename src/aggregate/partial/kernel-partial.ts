/** The exchange between the kernel and an aggregate: the structures that keep partials, their columns, and the values made of them. */
import type { MomentLayout, MomentTerm } from './moments.ts'

/**
 * The kernel structure that keeps an aggregate's partials, `kind`, and the columns that it gives for them.
 *
 * - `sums`: exact moments, which can be subtracted (`moments.ts`); with `bounds`, the number of values in each bucket.
 * - `folds`: moments over doubles, which are combined and never subtracted (`fold.ts`).
 * - `extremes`: [value].
 * - `ends`: [first, last, time of first, time of last].
 * - `recent`: [value, time] of each of the newest k events that have a value. With `nulls`, of all events: then a value may be
 *   `nullValue`.
 * - `distinct`: [count, or any number above the limit; then the sum of 2^−rank and the number of empty registers of the sketch].
 * - `tallies`: the columns that a tally writes from the number of occurrences of each value.
 *
 * Columns have one row per read; an absent value is NaN.
 */
export type KernelPartial =
  | { readonly kind: 'sums'; readonly terms: readonly MomentTerm[]; readonly bounds?: readonly number[] }
  | { readonly kind: 'folds'; readonly fold: Fold }
  | { readonly kind: 'extremes'; readonly sign: 1 | -1 }
  | { readonly kind: 'ends' }
  | { readonly kind: 'recent'; readonly k: number; readonly nulls?: true }
  | { readonly kind: 'distinct'; readonly limit: number }
  | { readonly kind: 'tallies'; readonly tally: ValueTally }

/**
 * A monoid over doubles, associative and commutative up to rounding: the result of any order is within the error bound of the feature
 * (semantics, numbers to the bit). Late events are combined in the order of their arrival, and two layers in any order of time.
 *
 * Partials are combined and never subtracted, because subtracting inexact sums leaves the rounding errors of values that have left the
 * window.
 *
 * A partial is `width` doubles in a `Float64Array`; `n` is at 0, and all zeros is the identity.
 */
export interface Fold {
  readonly name: string
  readonly width: number
  /** Writes the partial of one event. */
  lift(time: number, value: number, out: Float64Array, at: number): void
  /** into ← into ⊕ from; the two may not overlap. */
  combine(into: Float64Array, at: number, from: Float64Array, fromAt: number): void
}

/** Computes columns of a partial from the number of occurrences of each value in a window. */
export interface ValueTally {
  /** Tallies of the same events and values with one name share their counts. */
  readonly counts: 'rounded' | 'whole'
  /** Distinct values that a window may hold; a window with more is not answered. */
  readonly limit?: number
  /** Columns of the partial. */
  readonly width: number
  /** Maps a value to the value that is counted. */
  readonly lift: (value: number) => number
  /** Writes a row of the partial. */
  read(values: CountedValues, out: readonly Float64Array[], row: number): void
}

/** The entries [from, to), ascending by number: entry i is the value at 2 · i, followed by its count, a whole number above 0. */
export interface CountedValues {
  readonly data: Float64Array
  readonly from: number
  readonly to: number
  /** Negative if the left of two values is less: numbers as they are, strings by their texts. */
  readonly order: (left: number, right: number) => number
}

/**
 * The value of an event that takes part with a NULL. No column holds it: doubles that are not finite are rejected, and overflow is
 * NULL.
 */
export const nullValue = Infinity

/** The input of `finalizeRows` for `rows` rows, written to `out` from row `at`. */
export interface PartialRows {
  readonly rows: number
  /** The columns of the kernel partial, as `KernelPartial` defines them; rows 0 … rows − 1. */
  readonly columns: readonly Float64Array[]
  /** Of `sums`: the place of each term among the columns. */
  readonly layout: MomentLayout | undefined
  /** The as-of time of each row, UTC ms. */
  readonly asOf: Float64Array
  readonly out: FeatureColumn
  readonly at: number
}

/**
 * The input of `finalizeRows` of an aggregate over `sums`, which has a layout. Such an aggregate declares it instead of `PartialRows`, which
 * TypeScript allows for a method. The kernel gives every aggregate of this kind a layout (`buildUnit`).
 */
export interface SumRows extends PartialRows {
  readonly layout: MomentLayout
}

/** Values of one feature, one row per read. `nulls` is 1 where there is no value, because none exists or because it was rejected. */
export interface FeatureColumn {
  /** Physical values; string ids for strings; `width` values per row for a list. */
  readonly values: Float64Array
  readonly nulls: Uint8Array
  /** A code of `rejections`, or 0. */
  readonly rejected: Uint8Array
  /** Values per row. */
  readonly width: number
  /** For a list: how many of a row's `width` values exist. */
  readonly counts?: Uint16Array
  /** For exact sums and changes: the rounding error, so that `values + low` is the exact integer. */
  readonly low?: Float64Array
}

/** Codes of `FeatureColumn.rejected`: the reason why a cell has no value although its window may hold one. 0 is not rejected. */
export const rejections = { range: 1, limit: 2, evicted: 3 } as const

/**
 * Marks a cell as rejected: it has no value although its window may hold one. By default because the value exceeds exact arithmetic,
 * or a double.
 */
export function rejectCell(column: FeatureColumn, row: number, code: number = rejections.range): void {
  column.nulls[row] = 1
  column.rejected[row] = code
}

/** Writes a double over doubles, rejected where it is not finite. `+ 0` turns −0, which values never are, into 0. */
export function writeFinite(column: FeatureColumn, row: number, value: number): void {
  if (Number.isFinite(value)) column.values[row] = value + 0
  else rejectCell(column, row)
}

/** Finalizes a partial whose first column is the value itself. */
export function finalizeValue({ rows, columns, out, at }: PartialRows): void {
  const value = columns[0]
  const { values, nulls } = out
  for (let i = 0; i < rows; i++) {
    if (Number.isNaN(value[i])) nulls[at + i] = 1
    else values[at + i] = value[i]!
  }
}

/** Writes the list of a row, NULL if it is empty: at most `k` values, in columns from `first` on that are `step` apart. */
export function writeList({ columns, out, at }: PartialRows, row: number, k: number, first: number, step: number): void {
  let count = 0
  while (count < k && !Number.isNaN(columns[first + step * count][row])) {
    out.values[(at + row) * out.width + count] = columns[first + step * count][row]!
    count++
  }
  out.counts![at + row] = count
  if (count === 0) out.nulls[at + row] = 1
}
