/**
 * What an aggregate writes its SQL with: the events of one window, and the functions that dialects write differently.
 *
 * Lifting and combining are aggregate calls over the events that take part (in the window, the condition true, the
 * input not NULL); each of the methods here makes one and gives the name of its result. What is built of results is
 * plain SQL. Exact values are integers wide enough for every product below.
 */
export interface SqlWindow {
  /** Of an event: the input, physical, and the event time. */
  readonly input: string
  readonly time: string
  /** Of the ask: the clock. */
  readonly clock: string

  /** Events that take part; 0 if none. Every other call is NULL if none. */
  count(): string
  /** Events that take part and for which a condition is true. */
  countWhere(condition: string): string
  distinct(value: string): string
  /** What HyperLogLog estimates how many different values there are, before it is rounded (semantics §6); of the input's type. Computed where it is asked for only. */
  estimated(value: string): string
  sum(value: string): string
  min(value: string): string
  max(value: string): string
  /** The value at the first and at the last event by (time, arrival, partition, offset). */
  first(value: string): string
  last(value: string): string
  /** The value at the last event, where that may be NULL: a NULL too. */
  latest(value: string): string
  /** The values at the last `k` events, newest first. */
  newest(value: string, k: number): string
  /** Doubles only: Σ(x − mean)², and Σ(τ − mean)(x − mean) with Σ(τ − mean)², τ = time − clock. In two passes. */
  spread(): string
  trend(): { readonly together: string; readonly spread: string }

  /** A stored integer, or a count, as an exact value; and as the double equal to it. */
  exact(integer: string): string
  double(integer: string): string
  /** fl of an exact value. */
  rounded(exact: string): string
  constant(double: number): string
  /** The value of a rank, a whole double of at least 1, among those of all that take part, in ascending order. */
  ranked(value: string, rank: string): string
  /** A double rounded to 8 significant binary digits, half away from zero. */
  significant(double: string): string
  /** The `k` values of the input's type that occur most often, as delivered: most often first, of equals the lesser first. */
  mostFrequent(value: string, k: number): string
  /** Values as one, a list. */
  list(values: readonly string[]): string
  /** 2 to the power of a double. */
  powerOf2(double: string): string
  /** A physical value of the input's type as it is delivered: fl(physical / 10^s), or itself. */
  delivered(physical: string): string
}

/** What an aggregate answers, as SQL over the results of its window. */
export interface SqlValue {
  /** As delivered: a double for every numeric type; NULL if there is none. */
  readonly value: string
  /** The exact scaled integer behind a rounded `value`. */
  readonly exact?: string
  /** When there is no honest answer, with the code of the error. A double that is not finite is refused without saying so. */
  readonly refused?: { readonly when: string; readonly code: 'SPILL_RANGE' | 'SPILL_LIMIT' }
}

/** fl(exact · factor): the factor's power of two scales exactly after rounding, and leaves the product that many bits of room. */
export function roundedProduct(exact: string, factor: number, window: SqlWindow): string {
  let power = 1
  while (factor % (2 * power) === 0) power *= 2
  return `${window.rounded(`${exact} * ${factor / power}`)} * ${window.constant(power)}`
}
