/** `lastK`: the values of a window's last k events. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import type { PartialRows } from './kernel-partial.ts'
import { delivered, nullIfEmpty } from './final-value.ts'
import { newestPartials, type NewestEvents } from './partial/ordered-events.ts'

/** The last `k` values, newest first by (time, arrival, partition, offset); fewer if there are fewer, NULL for none. */
export const lastKAggregate = ({ k, input }: FeatureIR): AggregateFunction<NewestEvents> => ({
  ...newestPartials(k!),
  finalize: nullIfEmpty(newest => ({ value: newest.map(({ value }) => delivered(value, input)) })),
  valueSql: window => ({ value: window.lastK(window.delivered(window.input), k!) }),
  finalizeRows,
})

function finalizeRows({ feature, rows, columns, out, at }: PartialRows): void {
  const k = feature.k!
  for (let i = 0; i < rows; i++) {
    let count = 0
    while (count < k && !Number.isNaN(columns[2 * count][i])) {
      out.values[(at + i) * out.width + count] = columns[2 * count][i]!
      count++
    }
    out.counts![at + i] = count
    if (count === 0) out.nulls[at + i] = 1
  }
}
