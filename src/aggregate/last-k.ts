import { ofOneEvent, type Aggregate } from './aggregate.ts'

/** The last `k` values, newest first by (time, arrival, partition, offset); fewer if there are fewer, NULL if none. */
export const lastK: Aggregate = {
  name: 'lastK',
  algebra: () => 'other',
  exactness: ofOneEvent.exactness,
  partial: feature => ({ kind: 'recent', k: feature.k! }),
  lower({ feature, rows, partial, out, at }) {
    const k = feature.k!
    for (let i = 0; i < rows; i++) {
      let found = 0
      while (found < k && !Number.isNaN(partial[2 * found][i])) {
        out.values[(at + i) * out.width + found] = partial[2 * found][i]!
        found++
      }
      out.counts![at + i] = found
      if (found === 0) out.nulls[at + i] = 1
    }
  },
  sql: ({ k }, window) => ({ value: window.newest(window.delivered(window.input), k!) }),
}
