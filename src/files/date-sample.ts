/** Samples the dates of a column, whose values decide together whether the day or the month is first. */
import { dateInstant, dateOrderOf, usualDateOrder, type DateOrder, type ParsedDate } from './date-format.ts'

/** A value with its place. */
export interface PlacedText {
  readonly text: string
  readonly place: string
}

/** Least and greatest of some numbers, and how steadily they rise. */
export class ValueRange {
  min = Infinity
  max = -Infinity
  /** Number of values that are not below the previous value. */
  ascending = 0
  #last = -Infinity

  /** Difference of the greatest and the least; 0 without any. */
  get span(): number {
    return Math.max(0, this.max - this.min)
  }

  add(value: number): void {
    this.min = Math.min(this.min, value)
    this.max = Math.max(this.max, value)
    if (value >= this.#last) this.ascending++
    this.#last = value
  }
}

export class DateSample {
  /** For each order that a date shows, the first such date. */
  readonly proofs = new Map<DateOrder, PlacedText>()
  /** The first date in which day and month may be exchanged. */
  unclear: PlacedText | undefined
  /** The order that is usual for such dates; `undefined` without dates. */
  usual: ReturnType<typeof usualDateOrder> | undefined
  /** The sign between the numbers. */
  separator = ''
  readonly #ranges = { dmy: new ValueRange(), mdy: new ValueRange(), ymd: new ValueRange() }

  /** The dates, read in this order. */
  range(order: DateOrder): ValueRange {
    return this.#ranges[order]
  }

  add(date: ParsedDate, text: string, place: () => string): void {
    this.usual ??= usualDateOrder(date)
    this.separator ||= date.separator
    const shown = dateOrderOf(date)
    if (shown === undefined) this.unclear ??= { text, place: place() }
    else if (!this.proofs.has(shown)) this.proofs.set(shown, { text, place: place() })
    for (const order of shown ? [shown] : (['dmy', 'mdy'] as const)) this.#ranges[order].add(dateInstant(date, order))
  }
}
