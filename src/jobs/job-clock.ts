/**
 * The clock of the jobs over one log. A job of time `s` starts once the clock has passed `s`, and later entries of the log are stamped
 * after `s`, even if the clock stands still or is set back. So the result of a job is a function of the log up to its cut.
 */
import type { Clock } from '../base/index.ts'

/** The wall clock, never below the time of a job. Without a log it is the wall clock alone. */
export class JobClock {
  readonly wall: Clock
  readonly #log: { readonly notBefore: number } | undefined
  #notBefore = -Infinity

  constructor(wall: Clock, log?: { readonly notBefore: number }) {
    this.wall = wall
    this.#log = log
  }

  /** Lower bound for the stamps of later entries, UTC ms: above the times of all jobs. */
  get notBefore(): number {
    return this.#notBefore
  }

  /** UTC ms. */
  now(): number {
    return Math.max(this.wall(), this.#notBefore)
  }

  /** A time that covers all entries so far, for a job that somebody requests now. */
  requestTime(): number {
    const s = Math.max(this.now(), this.#log?.notBefore ?? -Infinity)
    this.cover(s)
    return s
  }

  /** Stamps later entries after `s`, UTC ms. */
  cover(s: number): void {
    if (this.#log) this.#notBefore = Math.max(this.#notBefore, s + 1)
  }
}
