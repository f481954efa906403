/**
 * The notifications that wait for one receiver, in the order in which their alerts changed.
 *
 * Memory is bounded. If the queue is full, an alert that ended before its receiver was notified is left out whole, oldest first: nobody
 * needs to act on it. Then reminders and acknowledgements are left out, and last the oldest notification. Every omission is counted.
 */
import { limits } from '../../base/index.ts'
import type { Notification } from './notification.ts'

/** A bounded queue. A notification that was tried may have arrived, so it is left out only if all were tried. */
export class NotificationQueue {
  readonly #waiting: Notification[]
  #omitted: number

  constructor(waiting: readonly Notification[] = [], omitted = 0) {
    this.#waiting = [...waiting]
    this.#omitted = omitted
  }

  /** In order of delivery. */
  get waiting(): readonly Notification[] {
    return this.#waiting
  }

  /** Notifications that were left out since the queue was full, or that the receiver rejected. */
  get omitted(): number {
    return this.#omitted
  }

  /** Adds a notification at the end, unless its id waits already. `isTried`: is it being sent, or has its alert's one been? */
  add(notification: Notification, isTried: (waiting: Notification) => boolean): void {
    if (this.#waiting.some(({ id }) => id === notification.id)) return
    this.#waiting.push(notification)
    while (this.#waiting.length > limits.NOTIFICATIONS_WAITING_MAX) this.#omitOne(isTried)
  }

  /** Removes a notification that is delivered or rejected. */
  remove({ id }: Notification, isRejected = false): void {
    const index = this.#waiting.findIndex(notification => notification.id === id)
    if (index < 0) return
    this.#waiting.splice(index, 1)
    if (isRejected) this.#omitted++
  }

  /** Removes the opening of an alert that is not needed any more. */
  removeOpening(alertId: string): void {
    const opening = this.#waiting.find(({ kind, alert }) => kind === 'opened' && alert.id === alertId)
    if (opening) this.remove(opening, true)
  }

  #omitOne(isTried: (waiting: Notification) => boolean): void {
    const untried = this.#waiting.filter(notification => !isTried(notification))
    const rest = untried.length > 0 ? untried : this.#waiting.slice(1)
    const opened = rest.find(
      ({ kind, alert }) => kind === 'opened' && rest.some(end => end.kind === 'resolved' && end.alert.id === alert.id),
    )
    const omitted = opened
      ? rest.filter(({ alert }) => alert.id === opened.alert.id)
      : [rest.find(({ kind }) => kind === 'reminder' || kind === 'acknowledged') ?? rest[0]]
    for (const notification of omitted) this.remove(notification, true)
  }
}
