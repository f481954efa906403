import { limits } from '../base/limits.ts'
import { ofOneEvent, refusals, refuse, type Aggregate } from './aggregate.ts'
import { topTally } from './tally.ts'

/**
 * The `k` values that occur most often, most often first, and of equals the lesser first; fewer if there are fewer, NULL if none. A window that holds more than
 * `limit` different values is refused: which of them occur most often no sketch says for certain.
 */
export const topK: Aggregate = {
  name: 'topK',
  algebra: () => 'other',
  exactness: ofOneEvent.exactness,
  partial: feature => ({ kind: 'tallies', tally: topTally(feature.k!, feature.limit ?? limits.DISTINCT_MAX) }),
  lower({ feature, rows, partial, out, at }) {
    const k = feature.k!
    const limit = feature.limit ?? limits.DISTINCT_MAX
    for (let i = 0; i < rows; i++) {
      if (partial[0][i] > limit) {
        refuse(out, at + i, refusals.limit)
        continue
      }
      let found = 0
      while (found < k && !Number.isNaN(partial[1 + found][i])) {
        out.values[(at + i) * out.width + found] = partial[1 + found][i]!
        found++
      }
      out.counts![at + i] = found
      if (found === 0) out.nulls[at + i] = 1
    }
  },
  sql({ k, limit }, window) {
    const when = `${window.distinct(window.input)} > ${limit ?? limits.DISTINCT_MAX}`
    return { value: window.mostFrequent(window.input, k!), refused: { when, code: 'SPILL_LIMIT' } }
  },
}
