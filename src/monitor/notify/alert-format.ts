/** The port of a format: turns notifications into the bodies that a kind of receiver takes. Formats are pure. */
import type { Alert } from '../alerts/alert.ts'
import type { Notification } from './notification.ts'

/** The bodies for one receiver. All are JSON. */
export interface AlertFormat {
  /** The body of a notification that is sent at `now`, UTC ms. */
  body(notification: Notification, now: number): string
  /** For receivers that forget an alert that is not repeated. */
  readonly refresh?: {
    /** Interval, ms. */
    readonly everyMs: number
    /** The body that repeats all alerts that fire; `log` is the name of their log. */
    body(alerts: readonly Alert[], now: number): string
  }
}
