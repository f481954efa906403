/** The notifier of a run: settings from the environment, and its state beside the alerts in the run's log. */
import { callAfter, type Clock, type Random, random, type StartTimer, wallClock } from '../../base/index.ts'
import type { AlertDestinationIR } from '../../define/config/index.ts'
import type { NamedValues, NamedWrite } from '../../log/index.ts'
import { storedLogName } from '../../run/index.ts'
import type { Alert } from '../alert.ts'
import { AlertNotifier } from './alert-notifier.ts'
import { openAlertReceivers } from './open-alert-receivers.ts'

/** The parts of a run that its notifier needs. */
export interface NotifyingRun {
  readonly run: { readonly commitValues: (put: readonly NamedWrite[]) => Promise<void> }
  closeWith(service: { close(): Promise<void> }): void
}

/** Where alerts go, and the store of the run. */
export interface RunNotifierOptions {
  readonly destinations: readonly AlertDestinationIR[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly store: Pick<NamedValues, 'get'>
  /** All alerts of the run; called once it monitors itself. */
  readonly alerts: () => readonly Alert[]
  /** Shows a message to the operator. */
  readonly onReport: (text: string) => void
  readonly clock?: Clock
  readonly random?: Random
  readonly after?: StartTimer
}

/**
 * Opens the receivers of a run. The notifier sends nothing before its `start`, and stops with the run.
 *
 * @throws `SPILL_INPUT` for a missing variable or file, `SPILL_DEFINITION` for a setting that does not fit.
 */
export async function openRunNotifier(live: NotifyingRun, options: RunNotifierOptions): Promise<AlertNotifier> {
  const { destinations, env, store, alerts, onReport, clock = wallClock, after = callAfter } = options
  const receivers = await openAlertReceivers(destinations, env)
  const notifier = new AlertNotifier(
    receivers,
    { read: name => store.get(name), write: (name, text) => live.run.commitValues([[name, text]]) },
    {
      // The first commit of a log names it. An alert is committed later, and sent after that.
      get log() {
        return storedLogName(store) ?? 'unnamed'
      },
      clock,
      random: options.random ?? random(clock()),
      after,
      alertOf: id => alerts().find(alert => alert.id === id),
      onReport,
    },
  )
  live.closeWith({ close: () => notifier.stop() })
  return notifier
}
