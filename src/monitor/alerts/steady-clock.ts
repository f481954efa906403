/**
 * A clock that is never set back, for windows and waits. Its time is that of the wall clock, and later by all times by which that was set back
 * in this process. A jump ahead stays: the machine may have slept.
 */
import { limits } from '../../base/index.ts'

export class SteadyClock {
  /** Time by which it is ahead of the wall clock, ms. */
  #ahead = 0
  #last = -Infinity

  /** Has the wall clock jumped since the last reading: was it set, or did the machine sleep? `now`: UTC ms. */
  hasJumped(now: number): boolean {
    return this.#last !== -Infinity && (now < this.#last || now - this.#last > limits.ALERT_CLOCK_JUMP_MS)
  }

  /** The steady time of an event since the last reading, UTC ms of the wall clock, which may have been set back since. */
  timeOf(at: number): number {
    return Math.max(at, this.#last) + this.#ahead
  }

  /** The steady time at `now`, UTC ms of the wall clock. A reading after the clock was set back counts as an interval of samples later. */
  at(now: number): number {
    if (now < this.#last) this.#ahead += this.#last - now + limits.SERIES_SAMPLE_MS
    this.#last = now
    return now + this.#ahead
  }
}
