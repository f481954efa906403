/**
 * The newest changes of alerts of this process, in memory, for readers that follow them. Their numbers are times, so those of a later process
 * are greater, and a reader that was away longer gets a gap message.
 */
import { limits } from '../../base/index.ts'
import type { Alert, AlertChange } from './alert.ts'
import type { ChangedAlert } from './alert-book.ts'

/** A change of which receivers were notified. */
export interface NumberedAlertChange {
  /** UTC ms, or later if several changes have one time. */
  readonly number: number
  readonly alert: Alert
  /** Absent for a change of which receivers are not notified, such as a silence. */
  readonly change?: AlertChange
}

export class AlertChanges {
  #kept: NumberedAlertChange[] = []
  #last: number
  #oldest: number
  readonly #listeners = new Set<() => void>()

  /** `now`: start of the process, UTC ms. */
  constructor(now: number) {
    this.#last = now
    this.#oldest = now
  }

  /** Number of the newest change. */
  get last(): number {
    return this.#last
  }

  /** The changes after this number are kept. */
  get oldest(): number {
    return this.#oldest
  }

  /** Adds the notified changes of `now`, UTC ms. */
  add(changes: readonly ChangedAlert[], now: number): void {
    if (changes.length === 0) return
    for (const { alert, notice } of changes) {
      this.#last = Math.max(this.#last + 1, now)
      this.#kept.push({ number: this.#last, alert, ...(notice && { change: notice }) })
    }
    const dropped = this.#kept.splice(0, this.#kept.length - limits.ALERT_CHANGES_KEPT)
    this.#oldest = dropped.at(-1)?.number ?? this.#oldest
    for (const listener of this.#listeners) listener()
  }

  /** The first change after a number; of one severity if it is named. */
  after(number: number, severity?: string): NumberedAlertChange | undefined {
    return this.#kept.find(change => change.number > number && (severity === undefined || change.alert.severity === severity))
  }

  /** Adds a listener that is called after each addition. Returns a function that removes it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
