import type { FeatureIR, TypeIR } from '../define/ir/index.ts'
import type { Fold } from './fold.ts'
import type { MomentLayout, MomentTerm } from './moments.ts'
import type { SqlValue, SqlWindow, TileSql } from './sql.ts'
import type { ValueTally } from './tally.ts'
import type { TileCell, TileEvent, TileValue } from './tile.ts'

/**
 * The aggregate function of one feature. Each file of this room that is named after an aggregate has one; `docs/tiles.md` is the format of its cells.
 *
 * Its partials `P` are a commutative monoid. An engine lifts each event that takes part, merges partials in any order, and finalizes those of a window.
 */
export interface AggregateFunction<P = unknown> {
  /** The partial of one event. */
  lift(event: TileEvent): P
  /** One partial of two, neither of which is modified. */
  merge(left: P, right: P): P
  /** The value at an as-of time, UTC ms; over no event where `partial` is absent. */
  finalize(partial: P | undefined, asOf: number): TileValue
  /** A partial as cells of a tile. */
  encode(partial: P): readonly TileCell[]
  /** The partial of cells that `encode` or `tileSql` gave; absent if no event of the tile takes part. */
  decode(cells: readonly TileCell[]): P | undefined
  /** The cells of a tile in SQL, from its events. */
  tileSql(sql: TileSql): readonly string[]
  /** Sub-keyed tiles: an engine groups by this value of an event too, and the cells are `[sub-key, count]` pairs in one list. */
  subKeySql?(sql: TileSql): string
  /** The value of a window in SQL: an independent witness, written from the semantics (numbers to the bit) and not from `finalize`. */
  valueSql(window: SqlWindow): SqlValue

  readonly algebra: Algebra
  readonly exactness: Exactness
  /** The partial in the kernel, and the value from it: a decimal's `sum`, `min`, … stays scaled; a value of type double is as delivered. */
  readonly partial: PartialAggregate
  /** Computes the final values of many partials, as columns. `finalize` computes one. */
  finalizeRows(partials: PartialRows): void
}

/** The methods that depend on the partial alone. */
export type PartialMethods<P> = Pick<AggregateFunction<P>, 'lift' | 'merge' | 'encode' | 'decode'>

/**
 * Determines the kernel's structure for an aggregate: a partial can be subtracted (`invertible`), the value is that of one event
 * (`selective`), or neither (`other`).
 */
export type Algebra = 'invertible' | 'selective' | 'other'

/** Over exact types a value is exact to the bit; over `double`, sums and differences carry rounding. */
export type Exactness = 'exact' | 'inexact'

/**
 * The partial aggregate from which an aggregate computes its final value; `kind` names the kernel structure that keeps it.
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
 * Columns of a partial have one row per read; an absent value is NaN.
 */
export type PartialAggregate =
  | { readonly kind: 'sums'; readonly terms: readonly MomentTerm[]; readonly bounds?: readonly number[] }
  | { readonly kind: 'folds'; readonly fold: Fold }
  | { readonly kind: 'extremes'; readonly sign: 1 | -1 }
  | { readonly kind: 'ends' }
  | { readonly kind: 'recent'; readonly k: number; readonly nulls?: true }
  | { readonly kind: 'distinct'; readonly limit: number }
  | { readonly kind: 'tallies'; readonly tally: ValueTally }

/**
 * The value of an event that takes part with a NULL. No column holds it: doubles that are not finite are refused, and overflow is
 * NULL.
 */
export const nullValue = Infinity

/** Codes of `FeatureColumn.refused`: the reason why a cell has no value although its window may hold one. 0 is not refused. */
export const refusals = { range: 1, limit: 2, evicted: 3 } as const

/** Values of one feature, one row per read. `nulls` is 1 where there is no value, because none exists or because it was refused. */
export interface FeatureColumn {
  /** Physical values; string ids for strings; `width` values per row for a list. */
  readonly values: Float64Array
  readonly nulls: Uint8Array
  readonly refused: Uint8Array
  /** Values per row. */
  readonly width: number
  /** For a list: how many of a row's `width` values exist. */
  readonly counts?: Uint16Array
  /** For exact sums and changes: the rounding error, so that `values + low` is the exact integer. */
  readonly low?: Float64Array
}

/**
 * Marks a cell as refused: it has no value although its window may hold one. By default because the value exceeds exact arithmetic,
 * or a double.
 */
export function refuseCell(column: FeatureColumn, row: number, code: number = refusals.range): void {
  column.nulls[row] = 1
  column.refused[row] = code
}

/** Partials of `rows` rows, and the column to which `finalizeRows` writes their final values, from row `at`. */
export interface PartialRows {
  readonly feature: FeatureIR
  readonly rows: number
  /** The partial's columns, as `PartialAggregate` defines them; rows 0 … rows − 1. */
  readonly partial: readonly Float64Array[]
  /** For `sums`: the columns of each term in `partial`. */
  readonly layout: MomentLayout | undefined
  /** The as-of time of each row, UTC ms. */
  readonly asOf: Float64Array
  readonly out: FeatureColumn
  readonly at: number
}

/** Is the input a double? */
export const isDouble = (input: TypeIR | undefined): boolean => input?.type === 'double'

/** 10^scale for a decimal, 1 for every other type: exact for every allowed scale. */
export const decimalUnit = (input: TypeIR | undefined): number => 10 ** (input?.type === 'decimal' ? (input.scale ?? 0) : 0)

/** The unit of time of `rate` and `slope`, ms; a minute by default. */
export const timeUnit = (feature: FeatureIR): number => feature.per ?? 60_000
