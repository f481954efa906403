/** The changes of operators to a run in this process, also served at its control socket. */
import { SpillwayError, wallClock } from '../../base/index.ts'
import type { EffectDispatcher } from '../../action/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { readDataFolder } from '../../log/sqlite/index.ts'
import { editStoredAlert } from '../../monitor/alerts/index.ts'
import type { LiveRun, Run } from '../../run/index.ts'
import { ControlServer } from './control-server.ts'
import { type AlertPort, loggedControl, type JobPorts } from './logged-control.ts'
import type { RunControl } from './run-control.ts'
import { runningAttempt } from './running-attempt.ts'

/** A run whose changes are served. */
export interface ControlledRun {
  readonly run: Pick<Run, 'submit' | 'whenRoom' | 'settle' | 'cancelJob' | 'promote' | 'commitValues'>
  /** Delivers effects; absent where effects are only recorded. */
  readonly dispatcher?: Pick<EffectDispatcher, 'byHand'>
  readonly pipeline: { readonly ir: PipelineIR; readonly fingerprint: string }
  /** The data folder that the run holds. */
  readonly data: string
  /** Cancels the reconciliation in progress, if the process makes any. */
  readonly cancelReconciliation?: JobPorts['cancelReconciliation']
  /** Cancels the scheduled backup, if the process schedules any. */
  readonly cancelBackup?: JobPorts['cancelBackup']
  /** Changes alerts; absent where the run is not monitored: stored alerts are changed then. */
  readonly editAlert?: AlertPort
}

/** The changes of a run, in this process. */
export interface OpenRunControl extends RunControl {
  /** Ends the changes. Call it after the last one. */
  close(): void
}

/** The changes of operators to a run, for callers in its process. Throws as `readDataFolder` does. */
export function openRunControl({
  run,
  dispatcher,
  pipeline,
  data,
  cancelReconciliation,
  cancelBackup,
  editAlert,
}: ControlledRun): OpenRunControl {
  const reader = readDataFolder(data)
  const control = loggedControl({
    data,
    deadLetters: {
      letters: reader.deadLetters,
      commit: changes => run.settle([], changes),
      target: { pipeline, run: () => Promise.resolve(run) },
    },
    effects: {
      effects: reader.effects,
      change: dispatcher && ((effects, changes) => dispatcher.byHand(effects, changes)),
    },
    jobs: {
      ir: pipeline.ir,
      runningAttempt: (kind, name) => runningAttempt(reader, kind, name),
      cancel: run.cancelJob,
      cancelReconciliation,
      cancelBackup,
    },
    models: { ir: pipeline.ir, values: reader, promote: run.promote, waitsForRun: false },
    alerts: editAlert ?? ((edit, by) => editStoredAlert(reader, run.commitValues, edit, { name: by, now: wallClock() })),
  })
  return { ...control, close: () => reader.close() }
}

/** Where and what a run serves. */
export interface ServeControlOptions extends Pick<
  ControlledRun,
  'pipeline' | 'data' | 'cancelReconciliation' | 'cancelBackup' | 'editAlert'
> {
  /** Called with messages for people, and with internal errors. */
  readonly onReport: (report: string) => void
}

/**
 * Serves the changes of operators at the control socket of a run, until the run stops. Without a socket the run goes on: a report says why.
 *
 * @returns the same changes, for a server in this process.
 */
export async function serveRunControl(running: LiveRun, { onReport, ...options }: ServeControlOptions): Promise<RunControl> {
  const { data } = options
  const control = openRunControl({ ...options, run: running.run, dispatcher: running.dispatcher })
  let server: ControlServer | undefined
  try {
    server = await ControlServer.open(data, control, error => onReport(`the control socket: ${String(error)}`))
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error
    onReport(`${data}: ${error.message}; while it runs, dead letters, effects, jobs, models and alerts change over HTTP alone`)
  }
  running.closeWith({
    close: async () => {
      await server?.close()
      control.close()
    },
  })
  return control
}
