/** `first`: the value of a window's first event. */
import type { FeatureIR } from '../define/ir/index.ts'
import type { AggregateFunction } from './aggregate.ts'
import { delivered, nullIfEmpty } from './final-value.ts'
import { finalizeValue } from './min.ts'
import { endPartials, type EndEvents } from './partial/ordered-events.ts'

/** The value of the window's first event by (time, arrival, partition, offset); NULL for none. */
export const firstAggregate = ({ input }: FeatureIR): AggregateFunction<EndEvents> => ({
  ...endPartials,
  finalize: nullIfEmpty(({ first }) => ({ value: delivered(first.value, input) })),
  valueSql: window => ({ value: window.delivered(window.first(window.input)) }),
  exactness: 'exact',
  finalizeRows: finalizeValue,
})
