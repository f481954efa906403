/**
 * The order and the times at which the waiting notifications of one receiver are tried.
 *
 * Changes of one alert go out in order, so a notification that fails holds back the later ones of its alert. It holds back no other alert:
 * a receiver that rejects one message for ever still gets the page behind it. Invariants:
 *
 * - a receiver that is down gets one attempt for each wait, of up to a minute, however many alerts wait, and each alert has its turn;
 * - a page that was not tried yet waits for nothing but the receiver's own `Retry-After`, up to `NOTIFICATION_RETRY_AFTER_MS_MAX`;
 * - a page of an alert goes before the ticket of the same alert that has failed `NOTIFICATION_ATTEMPTS_IN_ORDER` times.
 *
 * All times are of a clock that is never set back, ms.
 */
import { backoffMs } from '../../action/index.ts'
import { limits, type Random } from '../../base/index.ts'
import type { Notification } from './notification.ts'

/** Attempts of one alert's notification that have failed, one after the other. */
interface FailedAttempts {
  readonly count: number
  /** The time of the last one, ms. */
  readonly at: number
  /** The time of the next one, ms. */
  readonly due: number
}

/** The notification to send now, or the time at which one is due, ms. */
export type DueNotification = { readonly notification: Notification } | { readonly at: number }

export class RetrySchedule {
  readonly #random: Random
  readonly #failed = new Map<string, FailedAttempts>()
  /** Failures since the last success, of all alerts. */
  #failures = 0
  /** The end of the wait after a failure, ms. */
  #pausedUntil = -Infinity
  /** The end of the wait that the receiver asked for, ms. */
  #requestedUntil = -Infinity

  constructor(random: Random) {
    this.#random = random
  }

  /** True while a notification that has failed is neither delivered nor left out, or the last attempt has failed. */
  get isFailing(): boolean {
    return this.#failures > 0 || this.#failed.size > 0
  }

  /** Attempts at the first notification of an alert that have failed. */
  failuresOf(alertId: string): number {
    return this.#failed.get(alertId)?.count ?? 0
  }

  /** May the receiver be sent something at `now` that is not a notification? */
  isPaused(now: number): boolean {
    return now < Math.max(this.#pausedUntil, this.#requestedUntil)
  }

  /** The notification that is sent next; undefined if none waits. */
  next(waiting: readonly Notification[], now: number): DueNotification | undefined {
    const candidates = this.#candidates(waiting)
    if (candidates.length === 0) return undefined
    const due = candidates.filter(candidate => this.#dueAt(candidate) <= now)
    if (due.length === 0) return { at: Math.min(...candidates.map(candidate => this.#dueAt(candidate))) }
    // The sort is stable: beside this, the order is that of the queue.
    const [notification] = due.toSorted((a, b) => this.#turnOf(a) - this.#turnOf(b) || rankOf(a) - rankOf(b))
    return { notification }
  }

  /** Notes a failure of the notification of an alert, or of a message without one. */
  fail(alertId: string | undefined, now: number, retryAfterMs = 0): void {
    this.#failures++
    this.#pausedUntil = now + this.#waitMs(this.#failures)
    this.#requestedUntil = now + Math.min(retryAfterMs, limits.NOTIFICATION_RETRY_AFTER_MS_MAX)
    if (alertId === undefined) return
    const count = this.failuresOf(alertId) + 1
    this.#failed.set(alertId, { count, at: now, due: now + this.#waitMs(count) })
  }

  /** Notes that the receiver has taken the notification of an alert, or a message without one. */
  succeed(alertId?: string): void {
    // It was down, and is back: everything is due.
    if (this.#failures > 1) for (const [id, failed] of this.#failed) this.#failed.set(id, { ...failed, due: -Infinity })
    this.#failures = 0
    this.#pausedUntil = -Infinity
    this.forget(alertId)
  }

  /** Forgets the failures of an alert whose notification is no longer due. */
  forget(alertId: string | undefined): void {
    if (alertId !== undefined) this.#failed.delete(alertId)
  }

  /** The first notification of each alert, or the page that goes before it. */
  #candidates(waiting: readonly Notification[]): Notification[] {
    const firsts = new Map<string, Notification>()
    for (const notification of waiting) {
      const { id } = notification.alert
      const first = firsts.get(id)
      if (!first || (isOvertakenBy(first, notification) && this.failuresOf(id) >= limits.NOTIFICATION_ATTEMPTS_IN_ORDER))
        firsts.set(id, notification)
    }
    for (const id of this.#failed.keys()) if (!firsts.has(id)) this.#failed.delete(id)
    return [...firsts.values()]
  }

  #dueAt({ alert }: Notification): number {
    const failed = this.#failed.get(alert.id)
    if (!failed && alert.severity === 'page') return this.#requestedUntil
    return Math.max(this.#requestedUntil, this.#pausedUntil, failed?.due ?? -Infinity)
  }

  /** While the receiver fails, the alert that was tried last comes last. */
  #turnOf({ alert }: Notification): number {
    return this.#failures === 0 ? 0 : (this.#failed.get(alert.id)?.at ?? 0)
  }

  #waitMs(failures: number): number {
    return Math.min(backoffMs(failures, this.#random), limits.NOTIFICATION_RETRY_MS_MAX)
  }
}

/** Pages first. */
const rankOf = ({ alert: { severity } }: Notification): number => (severity === 'page' ? 0 : 1)

const isOvertakenBy = (first: Notification, later: Notification): boolean =>
  later.kind === 'raised' && first.alert.severity === 'ticket' && later.alert.severity === 'page'
