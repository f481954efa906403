/** Partial aggregates as the kernel keeps them: columns of doubles, many rows at a time. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { FeatureColumn } from './feature-column.ts'
import type { Fold } from './fold.ts'
import type { MomentLayout, MomentTerm } from './moments.ts'
import type { ValueTally } from './tally.ts'

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
 * - `tallies`: the columns that a tally writes from the number of occurrences of each value (`tally.ts`).
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
 * The value of an event that takes part with a NULL. No column holds it: doubles that are not finite are rejected, and overflow is
 * NULL.
 */
export const nullValue = Infinity

/** The input of `finalizeRows` for `rows` rows, written to `out` from row `at`. */
export interface PartialRows {
  readonly feature: FeatureIR
  readonly rows: number
  /** The columns of the kernel partial, as `KernelPartial` defines them; rows 0 … rows − 1. */
  readonly columns: readonly Float64Array[]
  /** For `sums`: the place of each term among the columns. */
  readonly layout: MomentLayout | undefined
  /** The as-of time of each row, UTC ms. */
  readonly asOf: Float64Array
  readonly out: FeatureColumn
  readonly at: number
}
