/** `last`: the value of a window's last event. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { delivered, nullIfEmpty } from './final-value.ts'
import { finalizeValue } from './min.ts'
import { newestPartials, type NewestEvents } from './partial/ordered-events.ts'

/** The value of the window's last event by (time, arrival, partition, offset); NULL for none. */
export const lastAggregate = ({ input }: FeatureIR): AggregateFunction<NewestEvents> => ({
  ...newestPartials(1),
  finalize: nullIfEmpty(([last]) => ({ value: delivered(last.value, input) })),
  valueSql: window => ({ value: window.delivered(window.last(window.input)) }),
  finalizeRows: finalizeValue,
})
