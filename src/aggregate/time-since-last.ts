/** `timeSinceLast`: the time since a window's last event. */
import type { AggregateFunction } from './aggregate.ts'
import type { PartialRows } from './kernel-partial.ts'
import { nullIfEmpty } from './final-value.ts'
import { newestPartials, type NewestEvents } from './partial/ordered-events.ts'

/** The as-of time minus the time of the window's last event (with a value, if a field is given), ms; NULL for none. */
export const timeSinceLastAggregate = (): AggregateFunction<NewestEvents> => ({
  ...newestPartials(1),
  finalize: nullIfEmpty(([last], asOf) => ({ value: asOf - last.time })),
  valueSql: window => ({ value: window.toDouble(`(${window.asOf} - ${window.max(window.time)})`) }),
  finalizeRows,
})

function finalizeRows({ rows, columns, asOf, out, at }: PartialRows): void {
  const time = columns[1]
  for (let i = 0; i < rows; i++) {
    if (Number.isNaN(time[i])) out.nulls[at + i] = 1
    else out.values[at + i] = asOf[i] - time[i]
  }
}
