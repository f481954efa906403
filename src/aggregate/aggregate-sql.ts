/**
 * Builds the SQL of an aggregate: the events of one window, and the functions that dialects write differently.
 *
 * Lifting and combining are aggregate calls over the events that take part: in the window, the condition true, the input not NULL.
 * Each method here writes one call and returns the name of its result. Expressions over results are plain SQL. Exact values are
 * integers wide enough for every product below.
 */
export interface SqlWindow {
  /** Of an event: the physical input, and the event time. */
  readonly input: string
  readonly time: string
  /** Of the request: the as-of time. */
  readonly clock: string

  /** Number of events that take part; 0 if none. Every other call is NULL if none. */
  count(): string
  /** Number of events that take part and for which a condition is true. */
  countWhere(condition: string): string
  /** Number of distinct values. */
  distinct(value: string): string
  /** HyperLogLog's estimate of the number of distinct values, before rounding; of the input's type. Evaluated only where it is used. */
  estimated(value: string): string
  /** An exact sum of an exact value. */
  sum(exact: string): string
  sumOfDoubles(double: string): string
  min(value: string): string
  max(value: string): string
  /** The values at the first and at the last event by (time, arrival, partition, offset). */
  first(value: string): string
  last(value: string): string
  /** The value at the last event, NULL if that event has NULL. */
  latest(value: string): string
  /** The values at the last `k` events, newest first. */
  newest(value: string, k: number): string
  /** For doubles: Σ(x − mean)², and Σ(τ − mean)(x − mean) with Σ(τ − mean)², where τ = time − as-of time. In two passes. */
  spread(): string
  trend(): { readonly covariation: string; readonly spread: string }

  /** A stored integer or count, as an exact value, and as the double equal to it. */
  exact(integer: string): string
  double(integer: string): string
  /** fl of an exact value. */
  rounded(exact: string): string
  constant(double: number): string
  /** The value of a rank, a whole double of at least 1, among all values that take part, ascending. */
  ranked(value: string, rank: string): string
  /** A double rounded to 8 significant binary digits, half away from zero (`quantile-bucket.ts`). */
  quantileBucket(double: string): string
  /** The `k` most frequent values of the input's type, as delivered: most frequent first, of equals the lesser first. */
  mostFrequent(value: string, k: number): string
  /** A list of values. */
  list(values: readonly string[]): string
  /** 2 to the power of a double. */
  powerOf2(double: string): string
  /** A physical value of the input's type as delivered: fl(physical / 10^s), or itself. */
  delivered(physical: string): string
}

/** The value of an aggregate, as SQL over the results of its window. */
export interface SqlValue {
  /** As delivered: a double for every numeric type; NULL if there is none. */
  readonly value: string
  /** The exact scaled integer behind a rounded `value`. */
  readonly exact?: string
  /**
   * The condition under which the value is refused, and the error code. A double that is not finite is refused without such a
   * condition.
   */
  readonly refused?: { readonly when: string; readonly code: 'SPILL_RANGE' | 'SPILL_LIMIT' }
}

/**
 * Builds the SQL of a tile: aggregate calls over the events that take part. Each call gives the name of its result, so results may be combined by
 * plain SQL. A call over no event is NULL, and a count 0.
 */
export interface TileSql {
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
  /** Records `[time, arrival, partition, offset, input]`: the earliest, and a list of the `k` latest, latest first. */
  earliest(): string
  latest(k: number): string
  /** Σ `term` over the events, where `term` is written over an event's time and input and over results of other calls. In a second pass. */
  sumAgain(term: (event: { readonly time: string; readonly input: string }) => string): string
  /** A stored integer as an exact value; an exact value as the nearest double; a constant. */
  exact(integer: string): string
  double(integer: string): string
  constant(double: number): string
  powerOf2(double: string): string
  /** A double rounded to 8 significant binary digits, half away from zero (`quantile-bucket.ts`). */
  quantileBucket(double: string): string
}

/** fl(exact · factor): the factor's power of two scales exactly after rounding, which leaves the product that many bits of room. */
export function roundedProduct(exact: string, factor: number, window: SqlWindow): string {
  let power = 1
  while (factor % (2 * power) === 0) power *= 2
  return `${window.rounded(`${exact} * ${factor / power}`)} * ${window.constant(power)}`
}
