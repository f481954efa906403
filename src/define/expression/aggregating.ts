/**
 * The aggregates that a column, or an expression over a row, offers by its kind. Types only; the table that they follow is
 * `signatures.ts`, and `row-node.ts` does the work.
 */
import type { Duration } from '../../base/time.ts'
import type { Expression, ExprKind } from './expression.ts'
import type { Kind } from './kinds.ts'

/** How far back: a duration, or all of the key's history. */
export type Window = Duration | 'lifetime'

declare const aggregated: unique symbol

/** One feature before it has a name: `r.amount.mean('1h')`. */
export interface Aggregate<K extends ExprKind = ExprKind, T = unknown> {
  readonly [aggregated]: { readonly kind: K; readonly value: T }
}

export interface AggregateOptions {
  /** Only events for which this is true take part. */
  readonly where?: Expression<'row', 'bool'>
  /** By how much the window's tail moves; see `defaultHop`. `'1ms'` is the exact window. */
  readonly hop?: Duration
  /** The exact window: a hop of one millisecond, every event kept. */
  readonly exact?: true
  /** Leave the triggering event out: time since the *previous* payment. */
  readonly before?: true
  /** Exact windows: events that one key may hold. Passing it refuses the read; nothing is approximated. */
  readonly maxEvents?: number
}

export interface RateOptions extends AggregateOptions {
  /** The unit of time; a minute unless given. */
  readonly per?: 'second' | 'minute' | 'hour' | 'day' | Duration
}

export interface DecayOptions extends AggregateOptions {
  /** After how long an event counts half. */
  readonly halfLife: Duration
}

export interface HistogramOptions<B = number | Duration> extends AggregateOptions {
  /** Where buckets end, ascending: `[10, 100]` counts what is up to 10, above it and up to 100, and above 100. At most 128. */
  readonly bounds: readonly B[]
}

export interface DistinctOptions extends AggregateOptions {
  /** How many different values a window may hold and still be counted exactly, or be answered by `topK`: 4,096 unless given, and at most. */
  readonly limit?: number
}

interface AnyValue<K extends Kind, T> {
  /** The value of the earliest event in the window. */
  first(window?: Window, options?: AggregateOptions): Aggregate<K, T | null>
  /** The value of the latest event in the window. */
  last(window?: Window, options?: AggregateOptions): Aggregate<K, T | null>
  /** The values of the latest `k` events, newest first; fewer if there are fewer. */
  lastK(k: number, window?: Window, options?: AggregateOptions): Aggregate<'list', readonly T[] | null>
  /**
   * How many different values there are: exact up to `limit`, and beyond an estimate that is a function of those values alone, always above `limit`, with a standard error of 1.6 %.
   */
  countDistinct(window: Window, options?: DistinctOptions): Aggregate<'number', number>
  /** Time since the last event that has this value: the clock minus its event time. */
  timeSinceLast(window?: Window, options?: AggregateOptions): Aggregate<'duration', number | null>
  /** The `k` values that occur most often, most often first, and of equals the lesser first; fewer if there are fewer. */
  topK(k: number, window: Window, options?: DistinctOptions): Aggregate<'list', readonly T[] | null>
}

interface OrderedValue<K extends Kind, T> extends AnyValue<K, T> {
  min(window: Window, options?: AggregateOptions): Aggregate<K, T | null>
  max(window: Window, options?: AggregateOptions): Aggregate<K, T | null>
}

interface Quantity<K extends 'number' | 'duration', T> extends OrderedValue<K, T> {
  sum(window: Window, options?: AggregateOptions): Aggregate<K, number | null>
  mean(window: Window, options?: AggregateOptions): Aggregate<'number', number | null>
  /** Sample variance; NULL below two values. */
  variance(window: Window, options?: AggregateOptions): Aggregate<'number', number | null>
  /** Sample standard deviation; NULL below two values. */
  stddev(window: Window, options?: AggregateOptions): Aggregate<'number', number | null>
  /** Last value minus first; 0 for one event. */
  change(window: Window, options?: AggregateOptions): Aggregate<K, number | null>
  /** (last − first) / (time of last − time of first), for each unit of time. */
  rate(window: Window, options?: RateOptions): Aggregate<'number', number | null>
  /** Slope of the least-squares line through the window's events, for each unit of time. */
  slope(window: Window, options?: RateOptions): Aggregate<'number', number | null>
  /** The value that the part `q` of all is up to, 0.5 for the median: within 0.4 % of one of the values. */
  quantile(window: Window, q: number, options?: AggregateOptions): Aggregate<'number', number | null>
  /** How many values lie in each bucket: one more than there are bounds. A value on a bound is in the bucket that ends there. */
  histogram(
    window: Window,
    options: HistogramOptions<K extends 'duration' ? number | Duration : number>,
  ): Aggregate<'list', readonly number[]>
  /** Σ x · 2^(−age / halfLife): what an event adds halves with each half-life. `'lifetime'` needs no tiles. A double over every type. */
  decayedSum(window: Window, options: DecayOptions): Aggregate<'number', number | null>
}

interface Instant<T> extends OrderedValue<'timestamp', T> {
  /** Last value minus first. */
  change(window: Window, options?: AggregateOptions): Aggregate<'duration', number | null>
}

interface RowAggregates<T> {
  number: Quantity<'number', T>
  duration: Quantity<'duration', T>
  timestamp: Instant<T>
  bool: AnyValue<'bool', T>
  string: OrderedValue<'string', T>
  list: unknown
}

/** In a row, the aggregates of the kind; among a model's inputs, none. */
export interface Aggregating<T> {
  row: RowAggregates<NonNullable<T>>
  input: Record<ExprKind, unknown>
}
