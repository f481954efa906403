import { selectiveDefinition, type AggregateDefinition } from './aggregate.ts'
import { lowerValue } from './min.ts'

/** The value of the window's first event by (time, arrival, partition, offset); NULL for none. */
export const firstAggregate: AggregateDefinition = {
  name: 'first',
  ...selectiveDefinition,
  partial: () => ({ kind: 'ends' }),
  lower: lowerValue,
  sql: (_feature, window) => ({ value: window.delivered(window.first(window.input)) }),
}
