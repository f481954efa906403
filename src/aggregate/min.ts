import type { StrictOmit } from '../base/index.ts'
import type { FeatureIR, Value } from '../define/ir/index.ts'
import type { AggregateFunction, PartialRows } from './aggregate.ts'
import { delivered, nullIfEmpty } from './final-value.ts'
import { compareValues, physicalAt } from './tile.ts'

/** The least value (strings by UTF-8 bytes); NULL for none. */
export const minAggregate = (feature: FeatureIR): AggregateFunction<Value> => ({
  ...extremes(1, feature),
  tileSql: sql => [sql.min(sql.input)],
  valueSql: window => ({ value: window.delivered(window.min(window.input)) }),
})

/** The least value (`sign` 1) or the greatest (−1), but for its SQL. */
export const extremes = (sign: 1 | -1, { input }: FeatureIR): StrictOmit<AggregateFunction<Value>, 'tileSql' | 'valueSql'> => ({
  lift: ({ value }) => value,
  merge: (left, right) => (sign * compareValues(left, right) <= 0 ? left : right),
  finalize: nullIfEmpty(value => ({ value: delivered(value, input) })),
  encode: value => [value],
  decode: cells => (cells[0] === null ? undefined : physicalAt(cells, 0)),
  algebra: 'selective',
  exactness: 'exact',
  partial: { kind: 'extremes', sign },
  finalizeRows: finalizeValue,
})

/** Lowers a partial that is the value itself, NaN where there is none. */
export function finalizeValue({ rows, partial, out, at }: PartialRows): void {
  const value = partial[0]
  const { values, nulls } = out
  for (let i = 0; i < rows; i++) {
    if (Number.isNaN(value[i])) nulls[at + i] = 1
    else values[at + i] = value[i]!
  }
}
