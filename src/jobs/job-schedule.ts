/**
 * The due times of one job. A time is due once the clock has passed it. Of missed times only the last is due.
 *
 * Times do not decrease: after the clock is set back, nothing is due until it has passed the last finished time again, since the log holds
 * stamps up to that time. A schedule that follows the clock instead accepts earlier times after the clock was set back by more than a
 * period.
 */
import { limits } from '../base/index.ts'
import type { ScheduleIR } from '../define/ir/index.ts'
import { scheduleCursor } from '../kernel/index.ts'

/** A schedule, and how far it is done. */
export class JobSchedule {
  readonly #lastTime: (time: number) => number
  readonly #followsClock: boolean
  /** Last finished time, UTC ms. */
  #doneTo: number

  /** `schedule`: nothing is ever due without it. `doneTo`: last finished time, UTC ms. */
  constructor(schedule: ScheduleIR | undefined, doneTo = -Infinity, { followsClock = false } = {}) {
    this.#lastTime = schedule ? scheduleCursor(schedule) : () => -Infinity
    this.#doneTo = doneTo
    this.#followsClock = followsClock
  }

  /** The last scheduled time before `now`, UTC ms; −Infinity if there is none. */
  last(now: number): number {
    return this.#lastTime(now - 1)
  }

  /** The due time, UTC ms, if there is one. */
  due(now: number): number | undefined {
    const s = this.last(now)
    if (this.#followsClock && s < this.last(this.#doneTo)) this.#doneTo = s
    return s > this.#doneTo ? s : undefined
  }

  /** Everything up to `s`, UTC ms, is done, or given up. */
  complete(s: number): void {
    this.#doneTo = Math.max(this.#doneTo, s)
  }
}

/**
 * Retry delay of a job that failed: one second, then doubled each time, up to five minutes.
 *
 * The clock may be set. The delay passes with the forward movement of the clock from one look to the next, so a clock that is set back
 * neither lengthens nor ends the delay.
 */
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
