/** The notifier of a run: its state is beside the alerts in the run's log. */
import { callAfter, type Clock, random, type StartTimer, wallClock } from '../../base/index.ts'
import type { NamedWrite } from '../../log/index.ts'
import { readDataFolder } from '../../log/sqlite/index.ts'
import { storedLogName } from '../../run/index.ts'
import type { Alert } from '../alert.ts'
import { AlertNotifier } from './alert-notifier.ts'
import type { OpenedAlertReceiver } from './open-alert-receivers.ts'

/** The parts of a run that its notifier needs. */
export interface NotifyingRun {
  readonly run: { readonly commitValues: (put: readonly NamedWrite[]) => Promise<void> }
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

/** The notifier of a run. It sends nothing before its `start`, and stops with the run. Throws as `readDataFolder` does. */
export function runNotifier(live: NotifyingRun, receivers: readonly OpenedAlertReceiver[], options: RunNotifierOptions): AlertNotifier {
  const { data, alerts, onReport, clock = wallClock, after = callAfter } = options
  const store = readDataFolder(data)
  const notifier = new AlertNotifier(
    receivers,
    { read: name => store.get(name), write: (name, text) => live.run.commitValues([[name, text]]) },
    {
      // The first commit of a log names it. An alert is committed later, and sent after that.
      get log() {
        return storedLogName(store) ?? 'unnamed'
      },
      clock,
      random: random(clock()),
      after,
      alertOf: id => alerts().find(alert => alert.id === id),
      onReport,
    },
  )
  live.closeWith({
    close: async () => {
      await notifier.stop()
      store.close()
    },
  })
  return notifier
}
