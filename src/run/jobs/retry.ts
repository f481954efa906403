/**
 * Retry delay of scheduled work that failed: one second, then doubled each time, up to five minutes.
 *
 * The clock may be set. Elapsed time is the forward movement of the clock since the last look, so a clock that is set back neither
 * lengthens nor ends the delay.
 */
import { limits } from '../../base/limits.ts'

/** The delay of one piece of work. */
export class Retry {
  #failures = 0
  /** Rest of the delay, ms. */
  #left = 0
  /** Clock at the last look, UTC ms. */
  #seen = -Infinity

  /** Records a failure. `now`: the clock, UTC ms. */
  failed(now: number): void {
    this.#failures++
    this.#left = Math.min(limits.BATCH_RETRY_MS * 2 ** (this.#failures - 1), limits.BATCH_RETRY_MS_MAX)
    this.#seen = now
  }

  /** Resets the delay: the work is done, or abandoned. */
  reset(): void {
    this.#failures = 0
    this.#left = 0
  }

  /** Is the delay after the last failure still running? */
  isWaiting(now: number): boolean {
    if (this.#left <= 0) return false
    this.#left -= Math.max(0, now - this.#seen)
    this.#seen = now
    return this.#left > 0
  }
}
