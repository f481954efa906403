/**
 * Sends alerts to all receivers, each in a lane of its own: a receiver that hangs delays neither the run nor another receiver.
 *
 * Waiting notifications and the alerts of each receiver are stored, so that a restart goes on where the last process ended. A crash in between repeats a notification
 * with the same id and deduplication key; it opens no second page.
 */
import { limits, type StartTimer, thrownText, withDeadline } from '../../base/index.ts'
import type { Alert, AlertChange, AlertReceiver, ReceiverStatus } from '../alerts/alert.ts'
import type { OpenedAlertReceiver } from './open-alert-receivers.ts'
import { type NotifierPorts, ReceiverLane } from './receiver-lane.ts'
import type { ReceiverState, ReceiverStore } from './receiver-state.ts'

/** Stores small texts by name. */
export interface NotificationStore {
  /** The text that was written last; undefined if there is none. */
  read(name: string): string | undefined
  /** Resolves once the text is durable. A failure is reported, and the next change is written again. */
  write(name: string, text: string): Promise<void>
}

/** The texts of the store have names that begin so; the name of the receiver follows. */
export const NOTIFICATIONS = 'alert-notifications/'

/** Notifies all receivers of a run. */
export class AlertNotifier implements AlertReceiver {
  readonly #lanes: readonly ReceiverLane[]
  readonly #writers: readonly StateWriter[]

  /** Opens no connection, and sends nothing before `start`. */
  constructor(receivers: readonly OpenedAlertReceiver[], store: NotificationStore, ports: NotifierPorts) {
    const lanes: ReceiverLane[] = []
    this.#writers = receivers.map((receiver, i) => {
      const { name } = receiver.settings
      const writer: StateWriter = new StateWriter(store, name, () => lanes[i].state, ports)
      lanes.push(new ReceiverLane(receiver, ports, writer, storedState(store, name, ports.onReport)))
      return writer
    })
    this.#lanes = lanes
  }

  /** Sends what the last process left. `alerts` are all alerts that fire, and those that were resolved while nothing ran. */
  start(alerts: readonly Alert[]): void {
    for (const lane of this.#lanes) lane.start(alerts)
  }

  /** Returns at once. A change that was sent to a receiver is not sent again. */
  alertChanged(alert: Alert, change: AlertChange): void {
    for (const lane of this.#lanes) lane.changed(alert, change)
  }

  /** The receivers, in the order of the configuration. */
  get receivers(): ReceiverStatus[] {
    return this.#lanes.map(({ status }) => status)
  }

  /** Sends what waits for `sendMs` at most, and resolves once nothing is sent or written any more, after the timeout of an attempt at the latest. */
  async stop(sendMs = 0): Promise<void> {
    await Promise.all(this.#lanes.map(lane => lane.stop(sendMs)))
    await Promise.all(this.#writers.map(writer => writer.end()))
  }
}

/** The stored state of a receiver. A text that is no state is reported, and the alerts that fire are sent again. */
function storedState(store: NotificationStore, name: string, onReport: (text: string) => void): Partial<ReceiverState> | undefined {
  const text = store.read(NOTIFICATIONS + name)
  if (text === undefined) return undefined
  try {
    const state = JSON.parse(text) as ReceiverState
    if ([state.waiting, state.alerts.firing, state.alerts.ended].every(list => Array.isArray(list))) return state
  } catch {
    // Reported below.
  }
  onReport(`alerts to '${name}': the stored notifications cannot be read; alerts that fire are sent again`)
  return undefined
}

/** Writes the newest state of one receiver, one write at a time. */
class StateWriter implements ReceiverStore {
  readonly #write: () => Promise<void>
  readonly #onError: (error: unknown) => void
  readonly #after: StartTimer
  #writing: Promise<void> | undefined
  #hasChanged = false
  #hasFailed = false
  #hasEnded = false

  constructor(store: NotificationStore, name: string, state: () => ReceiverState, { after, onReport }: NotifierPorts) {
    this.#after = after
    this.#write = async () => store.write(NOTIFICATIONS + name, JSON.stringify(state()))
    this.#onError = error => {
      if (!this.#hasFailed && !this.#hasEnded)
        onReport(`alerts to '${name}' are sent, but cannot be stored: ${thrownText(error, 'the store')}`)
      this.#hasFailed = true
    }
  }

  /** Writes the state soon. */
  write(): void {
    this.#hasChanged = true
    this.#writing ??= this.#writeAll()
  }

  /** Gives up after `NOTIFICATION_STORE_MS`. */
  async whenWritten(): Promise<void> {
    if (this.#writing) await withDeadline(this.#writing, limits.NOTIFICATION_STORE_MS, () => {}, this.#after)
  }

  /** Waits for the last state. Later, a run that stops takes no more: the next start compares the alerts with the state. */
  async end(): Promise<void> {
    this.#hasEnded = true
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    while (this.#hasChanged) {
      this.#hasChanged = false
      try {
        await this.#write()
        this.#hasFailed = false
      } catch (error) {
        this.#onError(error)
      }
    }
    this.#writing = undefined
  }
}
