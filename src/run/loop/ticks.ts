/**
 * The ticks of a run: multiples of its models' periods from the epoch, each marked in the log once its moment has passed.
 *
 * A tick's marker stands after every event with an arrival up to it (semantics §4), so it is written when an append could not have that arrival any
 * more. Ticks that passed while nothing ran are made late, each at its own time, so that a crash changes no decision; those at which no key can
 * be live decide nothing and are passed over, but for the last.
 */
import type { Clock } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import type { Mark } from '../../log/segment.ts'

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

  /**
   * The marks to be made at `now`, in order, some hundreds at a time: as long as there are more, a tick is due. No key is live after `liveUntil`, UTC ms,
   * unless an event comes.
   */
  take(now: number, liveUntil: number): Extract<Mark, { kind: 'tick' }>[] {
    if (this.#periods.length === 0 || this.next >= now) return []
    const due = new Set(this.#periods.flatMap(period => this.#due(period, now - 1, liveUntil)))
    const marks = [...due].sort((a, b) => a - b).slice(0, limits.TICKS_AT_ONCE)
    this.#last = marks.at(-1)!
    return marks.map(t => ({ kind: 'tick', t }))
  }

  /** Multiples of a period behind the last tick, up to `until`. */
  #due(period: number, until: number, liveUntil: number): number[] {
    const ticks: number[] = []
    const last = Math.floor(until / period) * period
    for (
      let t = (Math.floor(this.#last / period) + 1) * period;
      t <= Math.min(last, liveUntil) && ticks.length < limits.TICKS_AT_ONCE;
      t += period
    )
      ticks.push(t)
    const isWhole = ticks.length < limits.TICKS_AT_ONCE
    return isWhole && last > this.#last && ticks.at(-1) !== last ? [...ticks, last] : ticks
  }
}
