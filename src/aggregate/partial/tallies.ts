/**
 * Counts of each value: sub-keyed tiles. An engine keeps a row for each `(key, tile, sub-key)` with its count.
 *
 * Memory: the different values of the tile. `quantile` rounds values first, so that a tile of doubles has few.
 */
import type { Value } from '../../define/ir/index.ts'
import type { AggregateFunction, PartialMethods } from './aggregate-function.ts'
import { compareValues, physicalAt, type TileCell } from './tile-format.ts'

/** The count of each value; every count is positive. */
export type Tally = ReadonlyMap<Value, number>

/** Tallies of values as they are, or of what `subKeyOf` makes of them. */
export const tallyPartials = (
  subKeyOf: (value: Value) => Value = value => value,
): PartialMethods<Tally> & Required<Pick<AggregateFunction, 'tileSql' | 'subKeySql' | 'exactness'>> => ({
  lift: ({ value }) => new Map([[subKeyOf(value), 1]]),
  merge(left, right) {
    const merged = new Map(left)
    for (const [value, count] of right) merged.set(value, (merged.get(value) ?? 0) + count)
    return merged
  },
  encode: tally => [sortedByValue(tally)],
  decode: ([pairs]) =>
    pairs === null ? undefined : new Map((pairs as readonly TileCell[][]).map(pair => [physicalAt(pair, 0), Number(pair[1])])),
  tileSql: tile => [tile.count()],
  subKeySql: tile => tile.input,
  exactness: 'exact',
})

/** `[value, count]` pairs, ascending by value: equal tallies have equal encodings. */
export const sortedByValue = (tally: Tally): [Value, number][] => [...tally].sort(([a], [b]) => compareValues(a, b))
