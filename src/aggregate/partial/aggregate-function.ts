import type { KernelPartial, PartialRows } from './kernel-partial.ts'
import type { SqlValue, SqlWindow, TileSql } from './aggregate-sql.ts'
import type { TileCell, TileEvent, TileValue } from './tile-format.ts'

/**
 * The aggregate function of one feature; `aggregate-of.ts` lists the file of each aggregate.
 *
 * It computes the value of a window in three ways, and `prove parity` (test/property/parity.test.ts) shows that they agree:
 *
 * - *Tiles* (docs/reference/tiles.md), in any engine that can `GROUP BY`. Their partials `P` are a commutative monoid: an engine lifts each event that
 *   takes part, merges partials in any order, and finalizes those of a window.
 * - *The kernel*, in one process, where an object for each event would be too slow: it keeps partials as columns, and finalizes many rows at once.
 * - *Point-in-time SQL*, the witness of both, written from the semantics (numbers to the bit). It shares units, literals and limits with
 *   them, and no computation of a value. The oracle (test/oracle) shares nothing with any of the three.
 */
export interface AggregateFunction<P = unknown> {
  /** Tiles: the partial of one event. */
  lift(event: TileEvent): P
  /** Tiles: one partial of two, neither of which is modified. */
  merge(left: P, right: P): P
  /** Tiles: the value at an as-of time, UTC ms; of a window without events that take part if `partial` is absent. */
  finalize(partial: P | undefined, asOf: number): TileValue
  /** Tiles: a partial as cells. */
  encode(partial: P): readonly TileCell[]
  /**
   * Tiles: the partial of cells that `encode` gave or that `readTileRows` read. If no event of the tile takes part it is absent, except that
   * counts (`count`, `share`, `histogram`) are zeros.
   */
  decode(cells: readonly TileCell[]): P | undefined
  /** Tiles: the cells in SQL, from the events of a tile. With `subKeySql`, of the events that have one sub-key. */
  tileSql(tile: TileSql): readonly string[]
  /** Sub-keyed tiles: an engine groups by this value of an event too. The one cell of a tile is the list of its `[sub-key, count]` pairs. */
  subKeySql?(tile: TileSql): string

  /** The kernel: the structure that keeps the partials. */
  readonly kernelPartial: KernelPartial
  /** The kernel: writes values from the columns of the partials. A decimal's `sum`, `min`, … stays scaled; a double is as delivered. */
  finalizeRows(partials: PartialRows): void

  /** Point-in-time SQL: the value of a window. */
  valueSql(window: SqlWindow): SqlValue

  readonly exactness: Exactness
}

/** Over exact types a value is exact to the bit; over `double`, sums and differences carry rounding. */
export type Exactness = 'exact' | 'inexact'

/** The methods that depend on the partial alone. */
export type PartialMethods<P> = Pick<AggregateFunction<P>, 'lift' | 'merge' | 'encode' | 'decode'>
