/** The jobs of `spillway run` beside its run: reconciliations, on a schedule or on request, and scheduled backups. */
import type { PipelineIR, ScheduleIR } from '../../define/ir/index.ts'
import type { OpenedFolder, serveRunControl } from '../../operate/index.ts'
import { type BackupPlan, type Reconciliations, startBackups, startReconciliations, type ScheduledBackups } from '../../runner/index.ts'
import { pluralize } from '../command/text-format.ts'

/** The options of the jobs. */
export interface ScheduledJobsRequest {
  /** The schedule of reconciliations, if there is one. */
  readonly reconcile: ScheduleIR | undefined
  /** The scheduled backups, if there are any. */
  readonly backup: BackupPlan | undefined
  /** The data folder. */
  readonly data: string
  /** The run stops at the end of its files, and the scheduled reconciliation and backup are made then. */
  readonly once: boolean
}

/** The jobs of this process. */
export interface ScheduledJobs {
  /** The end of the status line: findings and failures; empty if there are none. */
  readonly text: string
  readonly backups: ScheduledBackups | undefined
  /** Reconciles now. */
  readonly reconcile: Reconciliations['request']
  /** Cancel the jobs. */
  readonly cancels: Pick<Parameters<typeof serveRunControl>[1], 'cancelReconciliation' | 'cancelBackup'>
  /**
   * With a schedule of reconciliations, reconciles the decisions since the last one. Then makes the backup that is due. Resolves when both
   * have ended, also by failure or `stop`.
   */
  finish(): Promise<void>
  stop(): Promise<void>
}

/** Starts the jobs of a run over the folder that this process holds. */
export function startScheduledJobs(
  pipeline: { readonly ir: PipelineIR; readonly fingerprint: string },
  folder: OpenedFolder['folder'],
  { reconcile, backup, data, once }: ScheduledJobsRequest,
  printLine: (text: string) => void,
  onJobChange?: () => void,
): ScheduledJobs {
  const onReport = (report: string): void => printLine(`  ${report}`)
  const reconciliations = startReconciliations(pipeline, folder, { schedule: reconcile, onReport, onJobChange })
  const backups = backup && startBackups(backup, data, folder.store, onReport, { atEnd: once })
  let isStopped = false
  return {
    get text() {
      return `${unexplainedText(reconciliations)}${backups?.failure === undefined ? '' : '; the last BACKUP FAILED'}`
    },
    backups,
    reconcile: reconciliations.request,
    cancels: { cancelReconciliation: reconciliations.cancel, cancelBackup: backups?.cancel },
    async finish() {
      if (reconcile) await reconciliations.finish()
      if (!isStopped) await backups?.finish()
    },
    async stop() {
      isStopped = true
      await reconciliations.stop()
      await backups?.stop()
    },
  }
}

const unexplainedText = ({ unexplained }: Reconciliations): string =>
  unexplained ? `; ${pluralize(unexplained.values, 'value')} UNEXPLAINED by reconciliation ${unexplained.number}` : ''
