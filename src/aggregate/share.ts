import { selectiveDefinition, type AggregateDefinition } from './aggregate.ts'

/**
 * The share of events for which a condition is true: fl(true / not NULL); NULL if it is NULL for every event. The condition counts as
 * 1 or 0.
 */
export const shareAggregate: AggregateDefinition = {
  name: 'share',
  algebra: () => 'invertible',
  exactness: selectiveDefinition.exactness,
  partial: () => ({ kind: 'sums', terms: ['x'] }),
  lower({ rows, partial, layout, out, at }) {
    const n = partial[0]
    const holds = partial[layout!.x]
    for (let i = 0; i < rows; i++) {
      if (n[i] === 0) out.nulls[at + i] = 1
      else out.values[at + i] = holds[i] / n[i]
    }
  },
  sql: (_feature, window) => ({ value: `${window.double(window.countWhere(window.input))} / nullif(${window.double(window.count())}, 0)` }),
}
