/** The jobs that `spillway run` schedules beside a run, if its options ask for them: reconciliations and backups. */
import type { PipelineIR, ScheduleIR } from '../../define/ir/index.ts'
import type { OpenedFolder, serveRunControl } from '../../operate/index.ts'
import { type BackupPlan, startBackups, type ScheduledBackups } from '../../runner/index.ts'
import { startReconciliation } from './reconcile-option.ts'

/** The options of the jobs. */
export interface ScheduledJobsRequest {
  /** The schedule of reconciliations, if there is one. */
  readonly reconcile: ScheduleIR | undefined
  /** The scheduled backups, if there are any. */
  readonly backup: BackupPlan | undefined
  /** The data folder. */
  readonly data: string
  /** The run stops at the end of its files, and a reconciliation and a backup are made then. */
  readonly once: boolean
}

/** The jobs of this process. */
export interface ScheduledJobs {
  /** The end of the status line: findings and failures; empty if there are none. */
  readonly text: string
  readonly backups: ScheduledBackups | undefined
  /** Cancel the jobs that are scheduled. */
  readonly cancels: Pick<Parameters<typeof serveRunControl>[1], 'cancelReconciliation' | 'cancelBackup'>
  /** Reconciles what was not reconciled yet, then makes the backup that is due. Resolves when both have ended, also by failure or `stop`. */
  finish(): Promise<void>
  stop(): Promise<void>
}

/** Starts the scheduled jobs of a run over the folder that this process holds. */
export function startScheduledJobs(
  pipeline: { readonly ir: PipelineIR; readonly fingerprint: string },
  folder: OpenedFolder['folder'],
  { reconcile, backup, data, once }: ScheduledJobsRequest,
  printLine: (text: string) => void,
  onJobChange?: () => void,
): ScheduledJobs {
  const reconciling = reconcile && startReconciliation(pipeline, folder, reconcile, printLine, onJobChange)
  const backups = backup && startBackups(backup, data, folder.store, report => printLine(`  ${report}`), { atEnd: once })
  let isStopped = false
  return {
    get text() {
      return `${reconciling?.text ?? ''}${backups?.failure === undefined ? '' : '; the last BACKUP FAILED'}`
    },
    backups,
    cancels: { cancelReconciliation: reconciling?.cancel, cancelBackup: backups?.cancel },
    async finish() {
      await reconciling?.finish()
      if (!isStopped) await backups?.finish()
    },
    async stop() {
      isStopped = true
      await reconciling?.stop()
      await backups?.stop()
    },
  }
}
