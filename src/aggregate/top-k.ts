/** `topK`: the most frequent values of a window. */
import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { rejectCell, rejections, writeList, type CountedValues, type ValueTally } from './partial/kernel-partial.ts'
import { delivered, nullIfEmpty } from './final-value.ts'
import { sortedByValue, tallyPartials, type Tally } from './partial/tallies.ts'

/**
 * The `k` most frequent values, most frequent first, and of equals the lesser first; fewer if there are fewer, NULL for none. A
 * window with more than `limit` distinct values is rejected: no sketch determines the most frequent values with certainty.
 */
export const topKAggregate = ({ k, input, limit = limits.DISTINCT_MAX }: FeatureIR): AggregateFunction<Tally> => ({
  ...tallyPartials(),
  finalize: nullIfEmpty(tally => {
    if (tally.size > limit) return { value: null, rejected: 'SPILL_LIMIT' }
    const ranked = sortedByValue(tally).sort(([, a], [, b]) => b - a)
    return { value: ranked.slice(0, k).map(([value]) => delivered(value, input)) }
  }),
  valueSql: window => ({
    value: window.mostFrequent(window.input, k!),
    rejected: { when: `${window.countDistinct(window.input)} > ${limit}`, code: 'SPILL_LIMIT' },
  }),
  kernelPartial: { kind: 'tallies', tally: topTally(k!, limit) },
  finalizeRows(partials) {
    const { rows, columns, out, at } = partials
    for (let row = 0; row < rows; row++) {
      if (columns[0][row] > limit) rejectCell(out, at + row, rejections.limit)
      else writeList(partials, row, k!, 1, 1)
    }
  },
})

/**
 * [the number of distinct values, the most frequent value, the next, …], NaN after the last; no values if there are more than
 * `limit`. Of equally frequent values the lesser is first.
 */
export function topTally(k: number, limit: number): ValueTally {
  const best = new Int32Array(k)
  return {
    counts: 'whole',
    limit,
    width: 1 + k,
    lift: value => value,
    read(values, out, row) {
      const { data, from, to } = values
      const end = to - from > limit ? from : to
      let count = 0
      for (let at = from; at < end; at++) {
        if (count === k && !isBefore(values, at, best[k - 1])) continue
        let place = count < k ? count++ : k - 1
        for (; place > 0 && isBefore(values, at, best[place - 1]); place--) best[place] = best[place - 1]!
        best[place] = at
      }
      out[0][row] = to - from
      for (let i = 0; i < count; i++) out[1 + i][row] = data[2 * best[i]]!
      if (count < k) out[1 + count][row] = NaN
    },
  }
}

function isBefore({ data, order }: CountedValues, left: number, right: number): boolean {
  const more = data[2 * left + 1] - data[2 * right + 1]
  return more === 0 ? order(data[2 * left], data[2 * right]) < 0 : more > 0
}
