import { ofOneEvent, type Aggregate } from './aggregate.ts'
import { lowerValue } from './min.ts'

/** The value of the last event in the window by (time, arrival, partition, offset); NULL over nothing. */
export const last: Aggregate = {
  name: 'last',
  ...ofOneEvent,
  partial: () => ({ kind: 'recent', k: 1 }),
  lower: lowerValue,
  sql: (_feature, window) => ({ value: window.delivered(window.last(window.input)) }),
}
