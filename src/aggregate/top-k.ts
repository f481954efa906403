import { limits } from '../base/limits.ts'
import { selectiveDefinition, refusals, refuseCell, type AggregateDefinition } from './aggregate.ts'
import { topTally } from './tally.ts'

/**
 * The `k` most frequent values, most frequent first, and of equals the lesser first; fewer if there are fewer, NULL for none. A
 * window with more than `limit` distinct values is refused: no sketch determines the most frequent values with certainty.
 */
export const topKAggregate: AggregateDefinition = {
  name: 'topK',
  algebra: () => 'other',
  exactness: selectiveDefinition.exactness,
  partial: feature => ({ kind: 'tallies', tally: topTally(feature.k!, feature.limit ?? limits.DISTINCT_MAX) }),
  lower({ feature, rows, partial, out, at }) {
    const k = feature.k!
    const limit = feature.limit ?? limits.DISTINCT_MAX
    for (let i = 0; i < rows; i++) {
      if (partial[0][i] > limit) {
        refuseCell(out, at + i, refusals.limit)
        continue
      }
      let count = 0
      while (count < k && !Number.isNaN(partial[1 + count][i])) {
        out.values[(at + i) * out.width + count] = partial[1 + count][i]!
        count++
      }
      out.counts![at + i] = count
      if (count === 0) out.nulls[at + i] = 1
    }
  },
  sql({ k, limit }, window) {
    const when = `${window.distinct(window.input)} > ${limit ?? limits.DISTINCT_MAX}`
    return { value: window.mostFrequent(window.input, k!), refused: { when, code: 'SPILL_LIMIT' } }
  },
}
