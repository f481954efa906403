/**
 * Counts of each value of a tile: sub-keyed tiles. An engine keeps a row for each `(key, tile, sub-key)` with its count.
 *
 * Memory: the different values of the tile. `quantile` rounds values first, so that a tile of doubles has few.
 */
import type { Value } from '../../define/ir/ir.ts'
import { compareValues, physicalAt, type TileAggregate, type TileCell, type TileSql, type TileValue } from './tile.ts'

export type Tally = ReadonlyMap<Value, number>

interface Tallies {
  /** The sub-key of a value. */
  readonly subKeyOf: (value: Value) => Value
  readonly subKey: (sql: TileSql) => string
  readonly finalize: (tally: Tally) => TileValue
}

/** A tile aggregate over the counts of values; no count is 0. */
export const tallyTiles = ({ subKeyOf, subKey, finalize }: Tallies): TileAggregate<Tally> => ({
  lift: ({ value }) => new Map([[subKeyOf(value), 1]]),
  merge(left, right) {
    const merged = new Map(left)
    for (const [value, count] of right) merged.set(value, (merged.get(value) ?? 0) + count)
    return merged
  },
  finalize: tally => finalize(tally ?? new Map()),
  encode: tally => [inOrder(tally)],
  decode: ([pairs]) => new Map(((pairs ?? []) as readonly TileCell[][]).map(pair => [physicalAt(pair, 0), Number(pair[1])])),
  cells: sql => [sql.count()],
  subKey,
})

/** `[value, count]` pairs, ascending by value: equal tallies have equal encodings. */
export const inOrder = (tally: Tally): [Value, number][] => [...tally].sort(([a], [b]) => compareValues(a, b))
