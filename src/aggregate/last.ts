import { selectiveDefinition, type AggregateDefinition } from './aggregate.ts'
import { lowerValue } from './min.ts'

/** The value of the window's last event by (time, arrival, partition, offset); NULL for none. */
export const lastAggregate: AggregateDefinition = {
  name: 'last',
  ...selectiveDefinition,
  partial: () => ({ kind: 'recent', k: 1 }),
  lower: lowerValue,
  sql: (_feature, window) => ({ value: window.delivered(window.last(window.input)) }),
}
