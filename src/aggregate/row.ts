import { selectiveDefinition, type AggregateDefinition } from './aggregate.ts'

/**
 * The value at the window's latest event by (time, arrival, partition, offset): NULL if that event has NULL or is a table's
 * tombstone, and for no events. (`last` is the latest value that is not NULL.)
 */
export const rowAggregate: AggregateDefinition = {
  name: 'row',
  ...selectiveDefinition,
  partial: () => ({ kind: 'recent', k: 1, nulls: true }),
  lower({ rows, partial, out, at }) {
    const value = partial[0]
    for (let i = 0; i < rows; i++) {
      // Excludes `nullValue`, and the NaN of an empty window.
      if (Number.isFinite(value[i])) out.values[at + i] = value[i]!
      else out.nulls[at + i] = 1
    }
  },
  sql: (_feature, window) => ({ value: window.delivered(window.latest(window.input)) }),
}
