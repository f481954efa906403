import type { AggregateName, FeatureIR, TypeIR } from '../define/ir/ir.ts'
import type { Fold } from './fold.ts'
import type { MomentLayout, MomentTerm } from './moments.ts'
import type { SqlValue, SqlWindow } from './sql.ts'
import type { Tally } from './tally.ts'

/** What decides the kernel's structure: can a partial be subtracted, is the value one event's, or neither (semantics §6). */
export type Algebra = 'invertible' | 'selective' | 'other'

/** Over exact types a value is exact to the bit; over `double`, sums and differences carry rounding. */
export type Exactness = 'exact' | 'inexact'

/**
 * The partial that an aggregate is lowered from, which also names the kernel structure that keeps it.
 *
 * - `sums`: exact moments, sums that can be subtracted (`moments.ts`); with `bounds`, how many values there are in each bucket.
 * - `folds`: moments over doubles, combined and never subtracted (`fold.ts`).
 * - `extremes`: [value]. - `ends`: [first, last, time of first, time of last]. - `recent`: the newest k as [value, time] each,
 *   of those that have a value, or with `nulls` of all: then a value may be `nullValue`.
 * - `distinct`: [count, or anything above the limit; then the sum of 2^−rank and the empty registers of the sketch]. - `tallies`: what a tally reads of how often each value occurs (`tally.ts`).
 * Columns of a partial are one row an ask; an absent value is NaN.
 */
export type Partial =
  | { readonly kind: 'sums'; readonly terms: readonly MomentTerm[]; readonly bounds?: readonly number[] }
  | { readonly kind: 'folds'; readonly fold: Fold }
  | { readonly kind: 'extremes'; readonly sign: 1 | -1 }
  | { readonly kind: 'ends' }
  | { readonly kind: 'recent'; readonly k: number; readonly nulls?: true }
  | { readonly kind: 'distinct'; readonly limit: number }
  | { readonly kind: 'tallies'; readonly tally: Tally }

/** The value of an event that takes part with a NULL. No column holds it: doubles that are not finite are refused, and overflow is NULL. */
export const nullValue = Infinity

/** Why a cell has no value although its window may hold one. Codes of `FeatureColumn.refused`; 0 is not refused. */
export const refusals = { range: 1, limit: 2, evicted: 3 } as const

/** Values of one feature, a row an ask. `nulls` is 1 where there is no value, for lack of one or because it was refused. */
export interface FeatureColumn {
  /** Physical values; string ids for strings; `width` values a row for a list. */
  readonly values: Float64Array
  readonly nulls: Uint8Array
  readonly refused: Uint8Array
  /** Values a row. */
  readonly width: number
  /** Of a list: how many of a row's `width` values there are. */
  readonly counts?: Uint16Array
  /** Exact sums and changes: what rounding to a double left out, so that `values + low` is the exact integer. */
  readonly low?: Float64Array
}

/** Marks a cell that has no value although its window may hold one; by default one beyond what exact arithmetic, or a double, covers. */
export function refuse(column: FeatureColumn, row: number, code: number = refusals.range): void {
  column.nulls[row] = 1
  column.refused[row] = code
}

/** Everything `lower` needs for `rows` rows, written to `out` from row `at`. */
export interface Lowering {
  readonly feature: FeatureIR
  readonly rows: number
  /** The partial's columns, as `Partial` says; rows 0 … rows − 1. */
  readonly partial: readonly Float64Array[]
  /** For `sums`: where each term stands in `partial`. */
  readonly layout: MomentLayout | undefined
  /** The clock of each row, UTC ms. */
  readonly clock: Float64Array
  readonly out: FeatureColumn
  readonly at: number
}

/** One aggregate: a commutative monoid with what each room must know of it (semantics §6). */
export interface Aggregate {
  readonly name: AggregateName
  algebra(input: TypeIR | undefined): Algebra
  exactness(input: TypeIR | undefined): Exactness
  partial(feature: FeatureIR): Partial
  /** Values from partials, physical: a decimal's `sum`, `min`, … stays scaled; what is a double by type is delivered. */
  lower(lowering: Lowering): void
  /** The value as delivered, in SQL: a second witness, from semantics §6 and not from `lower`. */
  sql(feature: FeatureIR, window: SqlWindow): SqlValue
}

export const isDouble = (input: TypeIR | undefined): boolean => input?.type === 'double'

/** 10^scale of a decimal, 1 for everything else: exact for every scale allowed. */
export const unitOf = (input: TypeIR | undefined): number => 10 ** (input?.type === 'decimal' ? (input.scale ?? 0) : 0)

/** `rate` and `slope`: the unit of time, ms; a minute unless told. */
export const unitOfTime = (feature: FeatureIR): number => feature.per ?? 60_000

const exactUnlessDouble = (input: TypeIR | undefined): Exactness => (isDouble(input) ? 'inexact' : 'exact')

/** Algebra, exactness and partial of what is made of sums: over exact types moments that can be subtracted, over doubles a fold that cannot. */
export const ofSums = (terms: readonly MomentTerm[], fold: Fold): Pick<Aggregate, 'algebra' | 'exactness' | 'partial'> => ({
  algebra: input => (isDouble(input) ? 'other' : 'invertible'),
  exactness: exactUnlessDouble,
  partial: ({ input }) => (isDouble(input) ? { kind: 'folds', fold } : { kind: 'sums', terms }),
})

/** Algebra and exactness of an aggregate that selects a value: no arithmetic, so exact over every type. */
export const ofOneEvent = {
  algebra: (): Algebra => 'selective',
  exactness: (): Exactness => 'exact',
}

/** Algebra, exactness and partial of what is calculated of the first event and the last: it selects two, and rounds over doubles. */
export const ofEnds: Pick<Aggregate, 'algebra' | 'exactness' | 'partial'> = {
  algebra: ofOneEvent.algebra,
  exactness: exactUnlessDouble,
  partial: () => ({ kind: 'ends' }),
}
