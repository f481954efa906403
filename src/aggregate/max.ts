/** `max`: the greatest value of a window. */
import type { FeatureIR, Value } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { extremes } from './min.ts'

/** The greatest value (strings by UTF-8 bytes); NULL for none. */
export const maxAggregate = (feature: FeatureIR): AggregateFunction<Value> => ({
  ...extremes(-1, feature),
  tileSql: tile => [tile.max(tile.input)],
  valueSql: window => ({ value: window.delivered(window.max(window.input)) }),
})
