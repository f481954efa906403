/** `topK`: the most frequent values of a window. */
import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { rejections, rejectCell } from './feature-column.ts'
import type { PartialRows } from './kernel-partial.ts'
import { delivered, nullIfEmpty } from './final-value.ts'
import { inOrder, tallyPartials, type Tally } from './partial/tallies.ts'
import { topTally } from './tally.ts'

/**
 * The `k` most frequent values, most frequent first, and of equals the lesser first; fewer if there are fewer, NULL for none. A
 * window with more than `limit` distinct values is rejected: no sketch determines the most frequent values with certainty.
 */
export const topKAggregate = ({ k, input, limit = limits.DISTINCT_MAX }: FeatureIR): AggregateFunction<Tally> => ({
  ...tallyPartials(),
  finalize: nullIfEmpty(tally => {
    if (tally.size > limit) return { value: null, rejected: 'SPILL_LIMIT' }
    const ranked = inOrder(tally).sort(([, a], [, b]) => b - a)
    return { value: ranked.slice(0, k).map(([value]) => delivered(value, input)) }
  }),
  valueSql: window => ({
    value: window.mostFrequent(window.input, k!),
    rejected: { when: `${window.countDistinct(window.input)} > ${limit}`, code: 'SPILL_LIMIT' },
  }),
  kernelPartial: { kind: 'tallies', tally: topTally(k!, limit) },
  finalizeRows,
})

function finalizeRows({ feature, rows, columns, out, at }: PartialRows): void {
  const k = feature.k!
  const limit = feature.limit ?? limits.DISTINCT_MAX
  for (let i = 0; i < rows; i++) {
    if (columns[0][i] > limit) {
      rejectCell(out, at + i, rejections.limit)
      continue
    }
    let count = 0
    while (count < k && !Number.isNaN(columns[1 + count][i])) {
      out.values[(at + i) * out.width + count] = columns[1 + count][i]!
      count++
    }
    out.counts![at + i] = count
    if (count === 0) out.nulls[at + i] = 1
  }
}
