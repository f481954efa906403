/**
 * The ticks of a run: multiples of its models' periods from the epoch, each marked in the log once its moment has passed.
 *
 * A tick's marker stands after every event with an arrival up to it (semantics §4), so it is written when an append could not have that arrival any
 * more. Of the ticks that passed while nothing ran, only the last is made: at the others nothing was known that is not known at it.
 */
import type { Clock } from '../base/clock.ts'
import type { Mark } from '../log/segment.ts'

export class Ticks {
  readonly #periods: readonly number[]
  #last: number

  /** `last`: no tick at or before it is made any more. UTC ms. */
  constructor(periods: readonly number[], last: number) {
    this.#periods = periods
    this.#last = last
  }

  /** The next tick, UTC ms; Infinity if nothing ticks. */
  get next(): number {
    return Math.min(...this.#periods.map(period => (Math.floor(this.#last / period) + 1) * period))
  }

  /** Looks at the clock only if something ticks. */
  isDue(clock: Clock): boolean {
    return this.#periods.length > 0 && this.next < clock()
  }

  /** The marks to be made at `now`, in order. */
  take(now: number): Extract<Mark, { kind: 'tick' }>[] {
    if (this.#periods.length === 0 || this.next >= now) return []
    const due = this.#periods.map(period => Math.floor((now - 1) / period) * period).filter(t => t > this.#last)
    const marks = [...new Set(due)].sort((a, b) => a - b)
    this.#last = marks.at(-1)!
    return marks.map(t => ({ kind: 'tick', t }))
  }
}
