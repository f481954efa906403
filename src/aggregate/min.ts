/** `min`: the least value of a window. */
import type { StrictOmit } from '../base/index.ts'
import type { FeatureIR, Value } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import type { PartialRows } from './kernel-partial.ts'
import { delivered, nullIfEmpty } from './final-value.ts'
import { compareValues, physicalAt } from './tile-format.ts'

/** The least value (strings by UTF-8 bytes); NULL for none. */
export const minAggregate = (feature: FeatureIR): AggregateFunction<Value> => ({
  ...extremes(1, feature),
  tileSql: tile => [tile.min(tile.input)],
  valueSql: window => ({ value: window.delivered(window.min(window.input)) }),
})

/** The least value (`sign` 1) or the greatest (−1), but for its SQL. */
export const extremes = (sign: 1 | -1, { input }: FeatureIR): StrictOmit<AggregateFunction<Value>, 'tileSql' | 'valueSql'> => ({
  lift: ({ value }) => value,
  merge: (left, right) => (sign * compareValues(left, right) <= 0 ? left : right),
  finalize: nullIfEmpty(value => ({ value: delivered(value, input) })),
  encode: value => [value],
  decode: cells => (cells[0] === null ? undefined : physicalAt(cells, 0)),
  exactness: 'exact',
  kernelPartial: { kind: 'extremes', sign },
  finalizeRows: finalizeValue,
})

/** Lowers a column that is the value itself, NaN where there is none. */
export function finalizeValue({ rows, columns, out, at }: PartialRows): void {
  const value = columns[0]
  const { values, nulls } = out
  for (let i = 0; i < rows; i++) {
    if (Number.isNaN(value[i])) nulls[at + i] = 1
    else values[at + i] = value[i]!
  }
}
