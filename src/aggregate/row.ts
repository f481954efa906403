/** `row`: a column of a window's latest row. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import type { PartialRows } from './kernel-partial.ts'
import { delivered, nullIfEmpty } from './final-value.ts'
import { newestPartials, type NewestEvents } from './partial/ordered-events.ts'

/**
 * The value at the window's latest event by (time, arrival, partition, offset): NULL if that event has NULL or is a table's
 * tombstone, and for no events. (`last` is the latest value that is not NULL.)
 */
export const rowAggregate = ({ input }: FeatureIR): AggregateFunction<NewestEvents> => ({
  ...newestPartials(1),
  finalize: nullIfEmpty(([last]) => ({ value: delivered(last.value, input) })),
  valueSql: window => ({ value: window.delivered(window.lastOrNull(window.input)) }),
  kernelPartial: { kind: 'recent', k: 1, nulls: true },
  finalizeRows,
})

function finalizeRows({ rows, columns, out, at }: PartialRows): void {
  const value = columns[0]
  for (let i = 0; i < rows; i++) {
    // Excludes `nullValue`, and the NaN of an empty window.
    if (Number.isFinite(value[i])) out.values[at + i] = value[i]!
    else out.nulls[at + i] = 1
  }
}
