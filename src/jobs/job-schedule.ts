/**
 * The due times of one job. A time is due once the clock has passed it. Of missed times only the last is due.
 *
 * Times do not decrease: after the clock is set back, nothing is due until it has passed the last finished time again, since the log holds
 * stamps up to that time. A schedule that follows the clock instead accepts earlier times after the clock was set back by more than a
 * period.
 */
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
