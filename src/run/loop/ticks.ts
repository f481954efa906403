/**
 * The ticks of a run: multiples of the periods of its models, each marked in the log once its time has passed.
 *
 * A marker follows every event with an arrival up to the tick (semantics, decisions and placements), so it is written when no later append
 * can have that arrival. Ticks that were missed while no process ran are made late, each at its own time, so a crash changes no decision.
 * Ticks without a live key decide nothing and are skipped, except the last.
 */
import { type Clock, limits } from '../../base/index.ts'
import type { LogMarker } from '../../log/index.ts'

export class Ticks {
  readonly #periods: readonly number[]
  #last: number

  /** `last`: time of the last tick that was made, UTC ms. `periods`: ms. */
  constructor(periods: readonly number[], last: number) {
    this.#periods = periods
    this.#last = last
  }

  /** The time of the next tick, UTC ms; Infinity if no model ticks. */
  get next(): number {
    return Math.min(...this.#periods.map(period => (Math.floor(this.#last / period) + 1) * period))
  }

  /** Reads the clock only if a model ticks. */
  isDue(clock: Clock): boolean {
    return this.#periods.length > 0 && this.next < clock()
  }

  /**
   * The next markers at `now`, in order, at most some hundreds; a tick stays due while there are more. No key is live after `liveUntil`,
   * UTC ms, unless an event arrives.
   */
  advance(now: number, liveUntil: number): Extract<LogMarker, { kind: 'tick' }>[] {
    if (this.#periods.length === 0 || this.next >= now) return []
    const due = new Set(this.#periods.flatMap(period => this.#due(period, now - 1, liveUntil)))
    const markers = [...due].sort((a, b) => a - b).slice(0, limits.TICKS_AT_ONCE)
    this.#last = markers.at(-1)!
    return markers.map(t => ({ kind: 'tick', t }))
  }

  /** Multiples of a period after the last tick, up to `until`. */
  #due(period: number, until: number, liveUntil: number): number[] {
    const ticks: number[] = []
    const lastMultiple = Math.floor(until / period) * period
    for (
      let t = (Math.floor(this.#last / period) + 1) * period;
      t <= Math.min(lastMultiple, liveUntil) && ticks.length < limits.TICKS_AT_ONCE;
      t += period
    )
      ticks.push(t)
    const isWhole = ticks.length < limits.TICKS_AT_ONCE
    return isWhole && lastMultiple > this.#last && ticks.at(-1) !== lastMultiple ? [...ticks, lastMultiple] : ticks
  }
}
