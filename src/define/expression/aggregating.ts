/**
 * Aggregates that a column, or an expression over a row, offers by its kind. Types only.
 *
 * `ir/signatures.ts` lists what each aggregate takes and returns; `row-node.ts` builds the calls. Formulas are in
 * docs/reference/semantics.md, Numbers to the bit.
 */
import type { Duration } from '../../base/index.ts'
import type { Expression, ExprKind, Kind } from './kinds.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'

/** Length of a window: a duration such as `'1h'`, or `'lifetime'` for all events of the key. */
export type Window = Arguments['window']

interface Arguments {
  readonly window: Duration | 'lifetime' | Hint<DurationAdvice<'window'>>
}

declare const aggregated: unique symbol

/** An aggregate over a window: a feature before it has a name, such as `r.amount.mean('1h')`. */
export interface Aggregate<K extends ExprKind = ExprKind, T = unknown> {
  readonly [aggregated]: { readonly kind: K; readonly value: T }
}

/**
 * Options that every aggregate takes.
 *
 * @example
 * features('cardWeb', {
 *   from: payments,
 *   entity: card,
 *   values: p => ({ mean: p.amount.mean('1h', { where: p.amount.gt(0), exact: true, before: true }) }),
 * })
 */
export interface AggregateOptions {
  /** Only events for which this condition is true are aggregated. */
  readonly where?: Expression<'row', 'bool'> | Hint<'where: a condition over the row, such as p.amount.gt(5)'>
  /**
   * Hop of the window (as in Flink's HOP): the steps in which its old end moves. Default: `defaultHop`. `'1ms'` is the exact
   * window.
   */
  readonly hop?: Duration | Hint<DurationAdvice<'hop'>>
  /** Exact window: a hop of 1 ms. Every event is kept in memory. */
  readonly exact?: true
  /** Leaves the triggering event out: the time since the previous payment. Only for models that decide `on` a source. */
  readonly before?: true
  /**
   * Exact windows: greatest number of events of one key. A read beyond it fails with `SPILL_LIMIT`; nothing is approximated.
   * Default 2^20.
   */
  readonly maxEvents?: number
}

/** Options of `rate` and `slope`. */
export interface RateOptions extends AggregateOptions {
  /** Unit of time of the result. Default `'minute'`. */
  readonly per?: 'second' | 'minute' | 'hour' | 'day' | Duration | Hint<DurationAdvice<'per'>>
}

/** Options of `decayedSum`. */
export interface DecayOptions extends AggregateOptions {
  /** Half-life: age at which an event counts half. */
  readonly halfLife: Duration | Hint<DurationAdvice<'halfLife'>>
}

/** Options of `histogram`. */
export interface HistogramOptions<B = number | Duration> extends AggregateOptions {
  /** Upper bounds of the buckets, ascending, at most 128. `[10, 100]` makes three buckets: up to 10, above 10 up to 100, above 100. */
  readonly bounds: readonly B[]
}

/** Options of `countDistinct` and `topK`. */
export interface DistinctOptions extends AggregateOptions {
  /**
   * Distinct values of a window that are counted exactly; beyond it `countDistinct` estimates and `topK` fails. Default and at
   * most 4,096.
   */
  readonly limit?: number
}

/** Aggregates of every kind of value. NULL values are ignored; a result without values is NULL, counts are 0. */
interface AnyValue<K extends Kind, T> {
  /** Value of the earliest event in the window, by event time. */
  first(window?: Window, options?: AggregateOptions): Aggregate<K, T | null>
  /** Value of the latest event in the window, by event time. */
  last(window?: Window, options?: AggregateOptions): Aggregate<K, T | null>
  /** Values of the latest `k` events, newest first; fewer if the window has fewer. `k` is at most 1,024. */
  lastK(k: number, window?: Window, options?: AggregateOptions): Aggregate<'list', readonly T[] | null>
  /**
   * Number of distinct values: exact up to `limit`, and beyond it a HyperLogLog estimate.
   *
   * The estimate depends on the set of values alone. It is above `limit` and has a standard error of 1.6 %.
   */
  countDistinct(window: Window, options?: DistinctOptions): Aggregate<'number', number>
  /** Time since the latest event with a value: the as-of time minus its event time, ms. */
  timeSinceLast(window?: Window, options?: AggregateOptions): Aggregate<'duration', number | null>
  /** The `k` most frequent values, most frequent first, the smaller value first among equals. `k` is at most 1,024. */
  topK(k: number, window: Window, options?: DistinctOptions): Aggregate<'list', readonly T[] | null>
}

interface OrderedValue<K extends Kind, T> extends AnyValue<K, T> {
  /** Smallest value; strings by their UTF-8 bytes. */
  min(window: Window, options?: AggregateOptions): Aggregate<K, T | null>
  /** Largest value; strings by their UTF-8 bytes. */
  max(window: Window, options?: AggregateOptions): Aggregate<K, T | null>
}

interface Quantity<K extends 'number' | 'duration', T> extends OrderedValue<K, T> {
  /** Sum of the values; exact over `int`, `decimal` and `duration`. */
  sum(window: Window, options?: AggregateOptions): Aggregate<K, number | null>
  /** Arithmetic mean. */
  mean(window: Window, options?: AggregateOptions): Aggregate<'number', number | null>
  /** Sample variance, Σ(x − mean)² / (n − 1); NULL below two values. */
  variance(window: Window, options?: AggregateOptions): Aggregate<'number', number | null>
  /** Sample standard deviation, the square root of `variance`; NULL below two values. */
  stddev(window: Window, options?: AggregateOptions): Aggregate<'number', number | null>
  /** Latest value minus earliest; 0 for one event. */
  change(window: Window, options?: AggregateOptions): Aggregate<K, number | null>
  /**
   * Rate of change, (latest − earliest value) / (time between them), per unit of time; NULL for fewer than two events or no
   * time between them.
   */
  rate(window: Window, options?: RateOptions): Aggregate<'number', number | null>
  /** Slope of the least-squares line of value over event time, per unit of time; NULL as for `rate`. */
  slope(window: Window, options?: RateOptions): Aggregate<'number', number | null>
  /**
   * The `q`-quantile, `q` from 0 to 1, 0.5 for the median. Its relative error is at most 0.4 % (values keep 8 significant
   * binary digits).
   */
  quantile(window: Window, q: number, options?: AggregateOptions): Aggregate<'number', number | null>
  /** Number of values in each bucket: one bucket more than `bounds`. A value equal to a bound is in the bucket that ends there. */
  histogram(
    window: Window,
    options: HistogramOptions<K extends 'duration' ? number | Duration : number>,
  ): Aggregate<'list', readonly number[]>
  /** Exponentially decayed sum, Σ x · 2^(−age / halfLife), a double. With `'lifetime'` it needs constant memory. */
  decayedSum(window: Window, options: DecayOptions): Aggregate<'number', number | null>
}

/** Declares aggregates of quantities for the compiler's message; they cannot be called. */
interface BoolValue<T> extends AnyValue<'bool', T> {
  /** Of numbers and durations only. */
  mean(this: Hint<"mean is of numbers; of a bool take share(p.ok, '1h')">, ...none: never): never
  /** Of numbers and durations only. */
  sum(this: Hint<"sum is of numbers; of a bool take count('1h', p.ok)">, ...none: never): never
}

/** Declares aggregates of quantities for the compiler's message; they cannot be called. */
interface StringValue<T> extends OrderedValue<'string', T> {
  /** Of numbers and durations only. */
  mean(this: Hint<'mean is of numbers; declare the column as t.double() or t.decimal(2)'>, ...none: never): never
  /** Of numbers and durations only. */
  sum(this: Hint<'sum is of numbers; declare the column as t.double() or t.decimal(2)'>, ...none: never): never
}

interface Instant<T> extends OrderedValue<'timestamp', T> {
  /** Latest value minus earliest, ms. */
  change(window: Window, options?: AggregateOptions): Aggregate<'duration', number | null>
}

interface RowAggregates<T> {
  number: Quantity<'number', T>
  duration: Quantity<'duration', T>
  timestamp: Instant<T>
  bool: BoolValue<T>
  string: StringValue<T>
  list: unknown
}

/** Aggregates by scope: those of the kind in a row, none among a model's inputs. */
export interface Aggregating<T> {
  row: RowAggregates<NonNullable<T>>
  input: Record<ExprKind, unknown>
}
