/** The notifier of a run: its state is beside the alerts in the run's log. */
import { callAfter, type Clock, limits, random, type StartTimer, wallClock, withDeadline } from '../../base/index.ts'
import type { NamedWrite } from '../../log/index.ts'
import { readDataFolder } from '../../log/sqlite/index.ts'
import type { Alert } from '../alerts/alert.ts'
import { AlertNotifier } from './alert-notifier.ts'
import type { OpenedAlertReceiver } from './open-alert-receivers.ts'

/** The parts of a run that its notifier needs. */
export interface NotifyingRun {
  readonly logName: string
  readonly run: { readonly commitValues: (put: readonly NamedWrite[]) => Promise<void>; readonly ended: Promise<void> }
  closeWith(service: { close(): Promise<void> }): void
}

/** The data folder of a run, and its alerts. */
export interface RunNotifierOptions {
  readonly data: string
  /** All alerts of the run; called once it monitors itself. */
  readonly alerts: () => readonly Alert[]
  /** Shows a message to the operator. */
  readonly onReport: (text: string) => void
  readonly clock?: Clock
  readonly after?: StartTimer
}

/**
 * The notifier of a run. It sends nothing before its `start`, and stops with the run; if the run has failed, it first sends what waits.
 *
 * @throws As `readDataFolder` does.
 */
export function runNotifier(live: NotifyingRun, receivers: readonly OpenedAlertReceiver[], options: RunNotifierOptions): AlertNotifier {
  const { data, alerts, onReport, clock = wallClock, after = callAfter } = options
  const store = readDataFolder(data)
  const notifier = new AlertNotifier(
    receivers,
    { read: name => store.get(name), write: (name, text) => live.run.commitValues([[name, text]]) },
    {
      log: live.logName,
      clock,
      random: random(clock()),
      after,
      alertOf: id => alerts().find(alert => alert.id === id),
      onReport,
    },
  )
  let hasFailed = false
  live.run.ended.catch(() => (hasFailed = true))
  live.closeWith({
    close: async () => {
      const sendMs = hasFailed ? limits.FAILED_RUN_NOTIFY_MS : 0
      const stopped = notifier.stop(sendMs)
      // The timers of attempts keep no process alive, this one does. An attempt may take as long again.
      await (hasFailed ? withDeadline(stopped, 2 * sendMs, () => undefined) : stopped)
      store.close()
    },
  })
  return notifier
}
