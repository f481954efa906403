/**
 * The values of the tile format (docs/reference/tiles.md): cells, the events that they are made from, and the values that they give.
 *
 * A tile is `(key, floor(event time / hop) · hop)` with one partial aggregate for each feature, encoded as cells. Any engine can keep and share it. A
 * feature value is the tiles of its window, merged and finalized. Merging is commutative and associative, so tiles may be merged in any order and grouped in any way.
 */
import type { ErrorCode } from '../../base/index.ts'
import type { Value } from '../../define/ir/index.ts'

/** Version of the encoding of partials; a change of any aggregate's cells is a new one. */
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
  readonly rejected?: ErrorCode
}

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
