import { selectiveDefinition, type AggregateDefinition } from './aggregate.ts'

/** The last `k` values, newest first by (time, arrival, partition, offset); fewer if there are fewer, NULL for none. */
export const lastKAggregate: AggregateDefinition = {
  name: 'lastK',
  algebra: () => 'other',
  exactness: selectiveDefinition.exactness,
  partial: feature => ({ kind: 'recent', k: feature.k! }),
  lower({ feature, rows, partial, out, at }) {
    const k = feature.k!
    for (let i = 0; i < rows; i++) {
      let count = 0
      while (count < k && !Number.isNaN(partial[2 * count][i])) {
        out.values[(at + i) * out.width + count] = partial[2 * count][i]!
        count++
      }
      out.counts![at + i] = count
      if (count === 0) out.nulls[at + i] = 1
    }
  },
  sql: ({ k }, window) => ({ value: window.newest(window.delivered(window.input), k!) }),
}
