/**
 * The retry of scheduled work that failed: after a second, then twice as long each time, up to five minutes.
 *
 * The clock may be set. Time that has passed is what the clock has gone forward since it was last looked at, so that a clock that is set back neither makes the pause longer
 * nor ends it.
 */
import { limits } from '../../base/limits.ts'

export class Retry {
  #failures = 0
  /** Of the pause, ms. */
  #left = 0
  /** The clock as it was seen last, UTC ms. */
  #seen = -Infinity

  /** The work failed. `now` is the clock, UTC ms. */
  failed(now: number): void {
    this.#failures++
    this.#left = Math.min(limits.BATCH_RETRY_MS * 2 ** (this.#failures - 1), limits.BATCH_RETRY_MS_MAX)
    this.#seen = now
  }

  /** The work is done, or given up: there is nothing to wait for. */
  reset(): void {
    this.#failures = 0
    this.#left = 0
  }

  /** Is the pause since the last failure not over? */
  isWaiting(now: number): boolean {
    if (this.#left <= 0) return false
    this.#left -= Math.max(0, now - this.#seen)
    this.#seen = now
    return this.#left > 0
  }
}
