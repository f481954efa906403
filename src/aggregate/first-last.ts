/** Aggregates that select events by their order (time, arrival, partition, offset): `first`, `last`, `lastK`, `row` and `timeSinceLast`. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './partial/aggregate-function.ts'
import { delivered, nullIfEmpty } from './final-value.ts'
import { finalizeValue, writeList } from './partial/kernel-partial.ts'
import { endPartials, newestPartials, type EndEvents, type NewestEvents } from './partial/ordered-events.ts'

/** The value of the window's first event; NULL for none. */
export const firstAggregate = ({ input }: FeatureIR): AggregateFunction<EndEvents> => ({
  ...endPartials,
  finalize: nullIfEmpty(({ first }) => ({ value: delivered(first.value, input) })),
  valueSql: window => ({ value: window.delivered(window.first(window.input)) }),
  exactness: 'exact',
  finalizeRows: finalizeValue,
})

/** The value of the window's last event; NULL for none. */
export const lastAggregate = ({ input }: FeatureIR): AggregateFunction<NewestEvents> => ({
  ...newestPartials(1),
  finalize: nullIfEmpty(([last]) => ({ value: delivered(last.value, input) })),
  valueSql: window => ({ value: window.delivered(window.last(window.input)) }),
  finalizeRows: finalizeValue,
})

/** The last `k` values, newest first; fewer if there are fewer, NULL for none. */
export const lastKAggregate = ({ k, input }: FeatureIR): AggregateFunction<NewestEvents> => ({
  ...newestPartials(k!),
  finalize: nullIfEmpty(newest => ({ value: newest.map(({ value }) => delivered(value, input)) })),
  valueSql: window => ({ value: window.lastK(window.delivered(window.input), k!) }),
  finalizeRows(partials) {
    for (let row = 0; row < partials.rows; row++) writeList(partials, row, k!, 0, 2)
  },
})

/**
 * The value at the window's latest event: NULL if that event has NULL or is a table's tombstone, and for no events. (`last` is the
 * latest value that is not NULL.) Only the events that take part differ from `last`: of the kernel by `nulls`, in SQL and tiles by
 * `participantsSql` (`sql/values.ts`).
 */
export const rowAggregate = ({ input }: FeatureIR): AggregateFunction<NewestEvents> => ({
  ...newestPartials(1),
  finalize: nullIfEmpty(([last]) => ({ value: delivered(last.value, input) })),
  valueSql: window => ({ value: window.delivered(window.lastOrNull(window.input)) }),
  kernelPartial: { kind: 'recent', k: 1, nulls: true },
  finalizeRows({ rows, columns, out, at }) {
    const value = columns[0]
    for (let i = 0; i < rows; i++) {
      // Excludes `nullValue`, and the NaN of an empty window.
      if (Number.isFinite(value[i])) out.values[at + i] = value[i]
      else out.nulls[at + i] = 1
    }
  },
})

/** The as-of time minus the time of the window's last event (with a value, if a field is given), ms; NULL for none. */
export const timeSinceLastAggregate = (): AggregateFunction<NewestEvents> => ({
  ...newestPartials(1),
  finalize: nullIfEmpty(([last], asOf) => ({ value: asOf - last.time })),
  valueSql: window => ({ value: window.toDouble(`(${window.asOf} - ${window.max(window.time)})`) }),
  finalizeRows({ rows, columns, asOf, out, at }) {
    const time = columns[1]
    for (let i = 0; i < rows; i++) {
      if (Number.isNaN(time[i])) out.nulls[at + i] = 1
      else out.values[at + i] = asOf[i] - time[i]
    }
  },
})
