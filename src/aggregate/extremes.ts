/** `min` and `max`: the least and the greatest value of a window. */
import type { StrictOmit } from '../base/index.ts'
import type { FeatureIR, Value } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { delivered, nullIfEmpty } from './final-value.ts'
import { finalizeValue } from './partial/kernel-partial.ts'
import { compareValues, physicalAt } from './partial/tile-format.ts'

/** The least value (strings by UTF-8 bytes); NULL for none. */
export const minAggregate = (feature: FeatureIR): AggregateFunction<Value> => ({
  ...extreme(1, feature),
  tileSql: tile => [tile.min(tile.input)],
  valueSql: window => ({ value: window.delivered(window.min(window.input)) }),
})

/** The greatest value (strings by UTF-8 bytes); NULL for none. */
export const maxAggregate = (feature: FeatureIR): AggregateFunction<Value> => ({
  ...extreme(-1, feature),
  tileSql: tile => [tile.max(tile.input)],
  valueSql: window => ({ value: window.delivered(window.max(window.input)) }),
})

/** The least value (`sign` 1) or the greatest (−1), but for its SQL. */
const extreme = (sign: 1 | -1, { input }: FeatureIR): StrictOmit<AggregateFunction<Value>, 'tileSql' | 'valueSql'> => ({
  lift: ({ value }) => value,
  merge: (left, right) => (sign * compareValues(left, right) <= 0 ? left : right),
  finalize: nullIfEmpty(value => ({ value: delivered(value, input) })),
  encode: value => [value],
  decode: cells => (cells[0] === null ? undefined : physicalAt(cells, 0)),
  exactness: 'exact',
  kernelPartial: { kind: 'extremes', sign },
  finalizeRows: finalizeValue,
})
