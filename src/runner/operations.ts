/** Operations of a run: reconciliations and backups, monitoring, and the changes of operators. */
import type { ScheduleIR } from '../define/ir/index.ts'
import { type MonitoringOptions, type RunMonitor, startMonitoring } from '../monitor/index.ts'
import { type RunControl, serveRunControl } from '../operate/index.ts'
import type { LiveRun } from '../run/index.ts'
import { type Reconciliations, startReconciliations } from './reconciliations.ts'
import type { RunnablePipeline } from './run-connections.ts'
import { type BackupPlan, type ScheduledBackups, startBackups } from './scheduled-backups.ts'

/** The settings of operations. */
export interface OperationsOptions extends Pick<
  MonitoringOptions,
  'data' | 'thresholds' | 'alertReceivers' | 'lagSources' | 'receivers' | 'onReport'
> {
  readonly pipeline: RunnablePipeline
  /** When to reconcile; absent in a run that reconciles on request alone. */
  readonly reconcile: ScheduleIR | undefined
  /** Scheduled backups, if there are any. */
  readonly backup: BackupPlan | undefined
  /** Make the backup that is due in `finishJobs` alone: the run stops at the end of its files. */
  readonly once?: boolean
  /** Notified once a reconciliation has begun, and once it has ended. */
  readonly onJobChange?: (() => void) | undefined
}

/** The operations of a run. They end with it. */
export interface RunOperations {
  readonly monitor: RunMonitor
  /** The changes of operators, also served at the control socket. */
  readonly control: RunControl
  readonly reconciliations: Reconciliations
  readonly backups: ScheduledBackups | undefined
  /**
   * With a schedule of reconciliations, reconciles the decisions since the last one. Then makes the backup that is due. Resolves when both
   * have ended, also by failure or `stopJobs`.
   */
  readonly finishJobs: () => Promise<void>
  /** Stops all jobs before the run stops: a server answers the requests that wait for one, and can close. */
  readonly stopJobs: () => Promise<void>
}

/** Starts the operations of a run. Throws as `startMonitoring` and `serveRunControl` do. */
export async function startOperations(
  live: LiveRun,
  { pipeline, data, reconcile, backup, once = false, onReport, onJobChange, ...monitoring }: OperationsOptions,
): Promise<RunOperations> {
  let isStopped = false
  const reconciliations = startReconciliations(pipeline, live.folder, { schedule: reconcile, onReport, onJobChange })
  const backups = backup && startBackups(backup, data, live.folder.store, onReport, { atEnd: once })
  const stop = async (): Promise<void> => {
    isStopped = true
    await Promise.all([reconciliations.stop(), backups?.stop()])
  }
  live.closeWith({ close: stop })
  const monitor = startMonitoring(live, { ...monitoring, pipeline, data, backups, onReport })
  const cancels = { cancelReconciliation: reconciliations.cancel, cancelBackup: backups?.cancel }
  const control = await serveRunControl(live, { pipeline, data, ...cancels, editAlert: monitor.editAlert, onReport })
  return {
    monitor,
    control,
    reconciliations,
    backups,
    async finishJobs() {
      if (reconcile) await reconciliations.finish()
      if (!isStopped) await backups?.finish()
    },
    async stopJobs() {
      await Promise.all([stop(), live.run.stopJobs()])
    },
  }
}
