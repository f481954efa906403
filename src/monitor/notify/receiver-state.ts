/** The stored state of a receiver of alerts, and the port of its store. */
import type { Notification } from './notification.ts'
import type { NotifiedState } from './notified-alerts.ts'

/** The state of a receiver, which is stored between two processes. */
export interface ReceiverState {
  readonly waiting: readonly Notification[]
  readonly omitted: number
  readonly alerts: NotifiedState
  /** When the last notification was delivered, UTC ms. */
  readonly delivered?: number | undefined
  /** When this state was taken, UTC ms. */
  readonly at: number
}

/** Stores the state of a receiver. */
export interface ReceiverStore {
  /** Writes the state soon. */
  write(): void
  /** Resolves once the state is durable, or cannot be soon. */
  whenWritten(): Promise<void>
}
