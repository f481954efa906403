/** Reconciliations of the data folder that a run holds, beside the run: on a schedule, if there is one, and on request. */
import { callEvery, wallClock } from '../base/index.ts'
import type { ScheduleIR } from '../define/ir/index.ts'
import type { CancelOptions } from '../jobs/index.ts'
import type { DataFolder } from '../log/sqlite/index.ts'
import { RECONCILIATION_JOB, reconcileInThread, ReconcileScheduler, type ReconciliationRecord } from '../reconcile/index.ts'
import type { Runnable } from '../run/index.ts'

const TICK_EVERY_MS = 1000

/** When reconciliations are due, and what learns of them. */
export interface ReconciliationsOptions {
  /** Absent in a run that reconciles on request alone. */
  readonly schedule?: ScheduleIR | undefined
  /** Receives findings that need attention, and failures of scheduled reconciliations. */
  readonly onReport: (report: string) => void
  /** Notified once a reconciliation has begun, and once it has ended. */
  readonly onJobChange?: (() => void) | undefined
}

/** Reconciliations of this process. */
export interface Reconciliations {
  /** As `ReconcileScheduler.unexplained`. */
  readonly unexplained: ReconcileScheduler['unexplained']
  /**
   * Reconciles the decisions since the last reconciliation, after the one in progress. Resolves with the record of the finished
   * reconciliation. Rejects with its error, or as `JobScheduler.request` does.
   */
  readonly request: () => Promise<ReconciliationRecord>
  /** Cancels the reconciliation in progress. Resolves as `JobScheduler.cancel` does. */
  readonly cancel: (options: CancelOptions) => Promise<boolean>
  /** Requests a last reconciliation. Resolves when it has ended, also by failure or `stop`. */
  finish(): Promise<void>
  stop(): Promise<void>
}

/** Starts the reconciliations of a run over the folder that this process holds. */
export function startReconciliations(
  { ir, fingerprint }: Pick<Runnable, 'ir' | 'fingerprint'>,
  { store, path }: Pick<DataFolder, 'store' | 'path'>,
  { schedule, onReport, onJobChange }: ReconciliationsOptions,
): Reconciliations {
  const reconciling = new ReconcileScheduler({
    pipeline: { ir, fingerprint },
    store,
    schedule,
    clock: wallClock,
    compute: reconcileInThread(path),
    onReport,
    onJobChange,
  })
  reconciling.tick()
  const ticking = callEvery(TICK_EVERY_MS, () => reconciling.tick())
  return {
    get unexplained() {
      return reconciling.unexplained
    },
    request: () => reconciling.reconcile(),
    cancel: options => reconciling.cancel(RECONCILIATION_JOB, options),
    async finish() {
      await reconciling.idle()
      await reconciling.reconcile().catch((error: Error & { readonly code?: unknown }) => {
        if (error.code !== 'SPILL_STOPPED') onReport(`the reconciliation at the end failed: ${error.message}`)
      })
    },
    async stop() {
      ticking.stop()
      await reconciling.stop()
    },
  }
}
