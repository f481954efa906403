/** `run --reconcile`: runs reconciliations on a schedule beside a run, and reports their results. */
import { callEvery, wallClock } from '../../base/index.ts'
import type { PipelineIR, ScheduleIR } from '../../define/ir/index.ts'
import type { OpenedFolder } from '../../operate/index.ts'
import { RECONCILIATION_JOB, reconcileInThread, ReconcileScheduler } from '../../reconcile/index.ts'
import { scheduleFromText } from '../../runner/index.ts'
import { UsageError } from '../command/command.ts'
import { pluralize } from '../command/text-format.ts'

const TICK_EVERY_MS = 1000

/** Parses the schedule of an option: a cron in UTC or an interval. Throws `UsageError`. */
export function parseSchedule(option: string, text: string | undefined): ScheduleIR | undefined {
  if (text === undefined) return undefined
  try {
    return scheduleFromText(option, text)
  } catch (error) {
    // The message of a definition error starts with a line of the pipeline's file. Here the option is the place.
    const { message } = error as Error
    const at = message.indexOf(option)
    throw new UsageError(at < 0 ? `${option}: ${message}` : message.slice(at))
  }
}

/** Scheduled reconciliations of this process. */
export interface ScheduledReconciliation {
  /** The end of the status line: the unexplained values; empty if there are none. */
  readonly text: string
  /** Cancels the reconciliation in progress. Resolves as `JobScheduler.cancel` does. */
  readonly cancel: () => Promise<boolean>
  /** Reconciles the decisions since the last reconciliation, whatever the schedule. Resolves when that has ended, also by failure or `stop`. */
  finish(): Promise<void>
  stop(): Promise<void>
}

/** Starts scheduled reconciliations over the folder that this process holds. */
export function startReconciliation(
  pipeline: { readonly ir: PipelineIR; readonly fingerprint: string },
  { store, path }: OpenedFolder['folder'],
  schedule: ScheduleIR,
  printLine: (text: string) => void,
  onJobChange?: () => void,
): ScheduledReconciliation {
  const { ir, fingerprint } = pipeline
  const reconciling = new ReconcileScheduler({
    pipeline: { ir, fingerprint },
    store,
    schedule,
    clock: wallClock,
    compute: reconcileInThread(path),
    onReport: report => printLine(`  ${report}`),
    onJobChange,
  })
  const ticking = callEvery(TICK_EVERY_MS, () => reconciling.tick())
  return {
    get text() {
      const { unexplained } = reconciling
      return unexplained ? `; ${pluralize(unexplained.values, 'value')} UNEXPLAINED by reconciliation ${unexplained.number}` : ''
    },
    cancel: () => reconciling.cancel(RECONCILIATION_JOB),
    async finish() {
      await reconciling.idle()
      const last = reconciling.request(RECONCILIATION_JOB)
      reconciling.tick()
      await last.catch((error: Error & { readonly code?: unknown }) => {
        if (error.code !== 'SPILL_STOPPED') printLine(`  the reconciliation at the end failed: ${error.message}`)
      })
    },
    async stop() {
      ticking.stop()
      await reconciling.stop()
    },
  }
}
