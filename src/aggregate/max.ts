import { selectiveDefinition, type AggregateDefinition } from './aggregate.ts'
import { lowerValue } from './min.ts'

/** The greatest value (strings by UTF-8 bytes); NULL for none. */
export const maxAggregate: AggregateDefinition = {
  name: 'max',
  ...selectiveDefinition,
  partial: () => ({ kind: 'extremes', sign: -1 }),
  lower: lowerValue,
  sql: (_feature, window) => ({ value: window.delivered(window.max(window.input)) }),
}
