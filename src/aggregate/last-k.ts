import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction, PartialRows } from './aggregate.ts'
import { delivered, nullIfEmpty } from './final-value.ts'
import { newestPartials, type NewestEvents } from './partial/ordered-events.ts'

/** The last `k` values, newest first by (time, arrival, partition, offset); fewer if there are fewer, NULL for none. */
export const lastKAggregate = ({ k, input }: FeatureIR): AggregateFunction<NewestEvents> => ({
  ...newestPartials(k!),
  finalize: nullIfEmpty(newest => ({ value: newest.map(({ value }) => delivered(value, input)) })),
  valueSql: window => ({ value: window.newest(window.delivered(window.input), k!) }),
  algebra: 'other',
  finalizeRows,
})

function finalizeRows({ feature, rows, partial, out, at }: PartialRows): void {
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
}
