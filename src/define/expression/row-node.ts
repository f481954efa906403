/** An expression over the rows of a source, with the aggregates of `aggregating.ts`. */
import { aggregate, type AggregateCall, type AnyAggregateOptions } from './aggregate-call.ts'
import type { Window } from './aggregating.ts'
import { Node } from './node.ts'

/** An expression that can be aggregated; `aggregate` checks each call. */
export class RowNode extends Node {
  sum(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('sum', window, options, this)
  }
  mean(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('mean', window, options, this)
  }
  min(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('min', window, options, this)
  }
  max(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('max', window, options, this)
  }
  variance(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('variance', window, options, this)
  }
  stddev(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('stddev', window, options, this)
  }
  change(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('change', window, options, this)
  }
  rate(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('rate', window, options, this)
  }
  slope(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('slope', window, options, this)
  }
  decayedSum(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('decayedSum', window, options, this)
  }
  quantile(window: Window, q: number, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('quantile', window, options, this, { q })
  }
  histogram(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('histogram', window, options, this)
  }
  topK(k: number, window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('topK', window, options, this, { k })
  }
  countDistinct(window: Window, options?: AnyAggregateOptions): AggregateCall {
    return aggregate('countDistinct', window, options, this)
  }

  first(window: Window = 'lifetime', options?: AnyAggregateOptions): AggregateCall {
    return aggregate('first', window, options, this)
  }
  last(window: Window = 'lifetime', options?: AnyAggregateOptions): AggregateCall {
    return aggregate('last', window, options, this)
  }
  lastK(k: number, window: Window = 'lifetime', options?: AnyAggregateOptions): AggregateCall {
    return aggregate('lastK', window, options, this, { k })
  }
  timeSinceLast(window: Window = 'lifetime', options?: AnyAggregateOptions): AggregateCall {
    return aggregate('timeSinceLast', window, options, this)
  }
}
