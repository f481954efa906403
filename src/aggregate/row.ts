import { ofOneEvent, type Aggregate } from './aggregate.ts'

/**
 * The value at the latest event in the window by (time, arrival, partition, offset), whatever it is: NULL where that event has NULL, or is the
 * tombstone of a table, and over nothing. (`last` is the latest value that is not NULL.)
 */
export const row: Aggregate = {
  name: 'row',
  ...ofOneEvent,
  partial: () => ({ kind: 'recent', k: 1, nulls: true }),
  lower({ rows, partial, out, at }) {
    const value = partial[0]
    for (let i = 0; i < rows; i++) {
      // Neither `nullValue` nor the NaN of an empty window.
      if (Number.isFinite(value[i])) out.values[at + i] = value[i]!
      else out.nulls[at + i] = 1
    }
  },
  sql: (_feature, window) => ({ value: window.delivered(window.latest(window.input)) }),
}
