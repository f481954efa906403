/**
 * Tiles: partial aggregates of one key and one hop of event time, in a public format that every engine can keep and share.
 *
 * A tile is `(key, floor(event time / hop) · hop)` with one partial aggregate a feature. A feature value is the tiles of its window, merged and
 * finalized. Merging is commutative and associative, so tiles may be merged in any order and grouped in any way.
 */
import type { ErrorCode } from '../../base/errors.ts'
import type { TypeIR, Value } from '../../define/ir/ir.ts'
import { decimalUnit } from '../aggregate.ts'

/** Version of the encoding below; a change of any aggregate's cells is a new one. */
export const TILE_VERSION = 1

/** One cell of an encoded partial: JSON. Exact sums are decimal strings, since they may exceed 2^53; SQL engines may give integers as `bigint`. */
export type TileCell = null | number | string | boolean | bigint | readonly TileCell[]

/** An event of the tile that takes part: the feature's condition is true and its input, physical, is not NULL (only `row` takes NULL). */
export interface TileEvent {
  /** UTC ms. */
  readonly time: number
  readonly arrival: number
  readonly partition: number
  readonly offset: number
  readonly value: Value
}

/** A feature value as delivered, the exact integer behind an exact `sum` or `change`, or the code with which it is rejected. */
export interface TileValue {
  readonly value: Value | readonly Value[]
  readonly exact?: bigint
  readonly refused?: ErrorCode
}

/** One aggregate of one feature over tiles. `P` is its partial, which is never modified. */
export interface TileAggregate<P = unknown> {
  /** The partial of one event. */
  lift(event: TileEvent): P
  merge(left: P, right: P): P
  /** The value at an as-of time, UTC ms; of no tile at all where `partial` is absent. */
  finalize(partial: P | undefined, asOf: number): TileValue
  encode(partial: P): readonly TileCell[]
  /** Of cells that `encode` or the SQL of `cells` gave. Undefined if no event of the tile takes part. */
  decode(cells: readonly TileCell[]): P | undefined
  /** The cells of a tile in SQL, from its events. */
  cells(sql: TileSql): readonly string[]
  /** Sub-keyed tiles: an engine groups by this value of an event too, and the cells are `[sub-key, count]` pairs in one list. */
  subKey?(sql: TileSql): string
}

/**
 * Vocabulary for the SQL of a tile: aggregate calls over the events that take part. Each call gives the name of its result, so results may be
 * combined by plain SQL. A call over no event is NULL, and a count 0.
 */
export interface TileSql {
  /** Of an event: the input, physical, and the event time. */
  readonly input: string
  readonly time: string
  count(): string
  countWhere(condition: string): string
  min(value: string): string
  max(value: string): string
  /** An exact sum of an exact value. */
  sum(exact: string): string
  sumOfDoubles(double: string): string
  /** Records `[time, arrival, partition, offset, input]`: the earliest, and a list of the `k` latest, latest first. */
  earliest(): string
  latest(k: number): string
  /** Σ `term` over the events, where `term` is written over an event's time and input and over results of other calls. In a second pass. */
  sumAgain(term: (event: { readonly time: string; readonly input: string }) => string): string
  /** A stored integer as an exact value; an exact value as the nearest double; a constant. */
  exact(integer: string): string
  double(integer: string): string
  constant(double: number): string
  powerOf2(double: string): string
  /** Rounded as `quantile` rounds. */
  significant(double: string): string
}

/** A physical value as delivered: exact numbers as fl(physical) / 10^scale. */
export const delivered = (value: Value, input: TypeIR | undefined): Value =>
  typeof value === 'number' ? value / decimalUnit(input) : value

/** A value over doubles, rejected where it is not finite. −0 is 0. */
export const finite = (value: number): TileValue =>
  Number.isFinite(value) ? { value: value + 0 } : { value: null, refused: 'SPILL_RANGE' }

export const none: TileValue = { value: null }

/** Cells as numbers and values: SQL engines give 64-bit integers as `bigint`. */
export const numberAt = (cells: readonly TileCell[], index: number): number => Number(cells[index] ?? 0)
export const integerAt = (cells: readonly TileCell[], index: number): bigint => BigInt((cells[index] ?? 0) as number | string | bigint)
export const physicalAt = (cells: readonly TileCell[], index: number): Value => {
  const cell = cells[index]
  return typeof cell === 'bigint' ? Number(cell) : (cell as Value)
}

/** Order of physical values of one type: strings by UTF-8 bytes. */
export function compareValues(left: Value, right: Value): number {
  if (typeof left === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(right as string))
  return Number(left) - Number(right)
}
