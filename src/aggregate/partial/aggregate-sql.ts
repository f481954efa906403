/**
 * The SQL of an aggregate: the events of one window or of one tile, and the functions that dialects write differently. Names are those of
 * `SqlDialect`, whose rule on brackets holds here too: arguments and results are primary expressions, except that the argument of an
 * aggregate call may be any expression.
 */

/** Functions of a dialect that aggregates use. */
export interface ScalarSql {
  /** An integer as an exact value, and as the double equal to it. */
  toExact(integer: string): string
  toDouble(integer: string): string
  doubleLiteral(value: number): string
  powerOf2(double: string): string
  /** A double rounded to 8 significant binary digits, half away from zero (`quantile.ts`). */
  quantileBucket(double: string): string
}

/**
 * Builds the value of one window.
 *
 * Lifting and combining are aggregate calls over the events that take part: in the window, the condition true, the input not NULL.
 * Each call gives the name of its result. Expressions over results are plain SQL.
 */
export interface SqlWindow extends ScalarSql {
  /** Of an event: the physical input, and the event time. */
  readonly input: string
  readonly time: string
  /** Of the request: the as-of time. */
  readonly asOf: string

  /** Number of events that take part; 0 if none. Every other call is NULL if none. */
  count(): string
  /** Number of events that take part and for which a condition is true. */
  countWhere(condition: string): string
  /** Number of distinct values. */
  countDistinct(value: string): string
  /** HyperLogLog's estimate of the number of distinct values, before rounding; of the input's type. Evaluated only where it is used. */
  estimateDistinct(value: string): string
  /** An exact sum of an exact value. */
  sum(exact: string): string
  sumOfDoubles(double: string): string
  min(value: string): string
  max(value: string): string
  /** The values at the first and at the last event by (time, arrival, partition, offset). */
  first(value: string): string
  last(value: string): string
  /** The value at the last event, NULL if that event has NULL. */
  lastOrNull(value: string): string
  /** The values at the last `k` events, newest first. */
  lastK(value: string, k: number): string
  /** For doubles: Σ(x − mean)², and Σ(τ − mean)(x − mean) with Σ(τ − mean)², where τ = time − as-of time. In two passes. */
  spread(): string
  trend(): { readonly covariation: string; readonly spread: string }
  /** The value of a rank, a whole double of at least 1, among all values that take part, ascending. */
  itemOfRank(value: string, rank: string): string
  /** The `k` most frequent values of the input's type, as delivered: most frequent first, of equals the lesser first. */
  mostFrequent(value: string, k: number): string

  /** fl of an exact value. */
  roundToDouble(exact: string): string
  /** An array of values. */
  array(values: readonly string[]): string
  /** A physical value of the input's type as delivered: fl(physical / 10^s), or itself. */
  delivered(physical: string): string
}

/** The value of an aggregate, as SQL over the results of its window. */
export interface SqlValue {
  /** As delivered: a double for every numeric type; NULL if there is none. Any expression. */
  readonly value: string
  /** The exact scaled integer behind a rounded `value`. */
  readonly exact?: string
  /**
   * The condition under which the value is rejected, and the error code. A double that is not finite is rejected without such a
   * condition.
   */
  readonly rejected?: { readonly when: string; readonly code: 'SPILL_RANGE' | 'SPILL_LIMIT' }
}

/**
 * Builds the cells of one tile: aggregate calls over the events that take part. Each call gives the name of its result, so results may be
 * combined by plain SQL. A call over no event is NULL, and a count 0.
 */
export interface TileSql extends ScalarSql {
  /** Of an event: the input, physical, and the event time. */
  readonly input: string
  readonly time: string
  count(): string
  countWhere(condition: string): string
  min(value: string): string
  max(value: string): string
  /** An exact sum of an exact value. */
  sum(exact: string): string
  sumOfDoubles(double: string): string
  /** Records `[time, arrival, partition, offset, input]`: the first by this order, and an array of the `k` last, newest first. */
  firstEvent(): string
  lastEvents(k: number): string
  /** Σ `term` over the events, where `term` is written over an event's time and input and over results of other calls. */
  sumInSecondPass(term: (event: { readonly time: string; readonly input: string }) => string): string
}

/** fl(exact · factor): the factor's power of two scales exactly after rounding, which leaves the product that many bits of room. */
export function roundedProduct(exact: string, factor: number, window: SqlWindow): string {
  let power = 1
  while (factor % (2 * power) === 0) power *= 2
  return `${window.roundToDouble(`(${exact} * ${factor / power})`)} * ${window.doubleLiteral(power)}`
}

/** The mean of a tile's doubles. */
export const meanSql = (tile: TileSql): string => `${tile.sumOfDoubles(tile.input)} / ${tile.toDouble(tile.count())}`
