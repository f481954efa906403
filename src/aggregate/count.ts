import { selectiveDefinition, type AggregateDefinition } from './aggregate.ts'

/** The number of events in the window, or of those for which a condition is true. Never NULL. */
export const countAggregate: AggregateDefinition = {
  name: 'count',
  algebra: () => 'invertible',
  exactness: selectiveDefinition.exactness,
  partial: () => ({ kind: 'sums', terms: [] }),
  lower({ rows, partial, out, at }) {
    if (rows === 1) out.values[at] = partial[0][0]
    else out.values.set(partial[0].subarray(0, rows), at)
  },
  sql: (_feature, window) => ({ value: window.double(window.count()) }),
}
