/**
 * Retry delay of a job that failed: one second, then doubled each time, up to five minutes.
 *
 * The clock may be set. The delay passes with the forward movement of the clock from one look to the next, so a clock that is set back
 * neither lengthens nor ends the delay.
 */
import { limits } from '../base/index.ts'

export class Retry {
  #failures = 0
  /** Rest of the delay, ms. */
  #left = 0
  /** Clock at the last look, UTC ms. */
  #seen = -Infinity

  /** Is the delay after the last failure still running? */
  get isWaiting(): boolean {
    return this.#left > 0
  }

  /** Starts the delay at `now`, UTC ms. */
  fail(now: number): void {
    this.#failures++
    this.#left = Math.min(limits.JOB_RETRY_MS * 2 ** (this.#failures - 1), limits.JOB_RETRY_MS_MAX)
    this.#seen = now
  }

  /** Ends the delay: the job is done, or given up. */
  reset(): void {
    this.#failures = 0
    this.#left = 0
  }

  /** Looks at the clock, UTC ms. */
  elapse(now: number): void {
    this.#left -= Math.max(0, now - this.#seen)
    this.#seen = now
  }
}
