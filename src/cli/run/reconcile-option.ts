/** `run --reconcile`: reconciliations of a run on a schedule, and what it says of them. */
import { every, wallClock } from '../../base/clock.ts'
import { durationMs, type Duration } from '../../base/time.ts'
import type { PipelineIR, ScheduleIR } from '../../define/ir/ir.ts'
import { Interval, scheduleOf } from '../../define/feature/placement.ts'
import type { DataFolder } from '../../log/sqlite/data-folder.ts'
import { reconcileBeside } from '../../reconcile/job.ts'
import { Reconciling } from '../../reconcile/on-schedule.ts'
import { UsageError } from '../command/command.ts'
import { counted } from '../command/replay-summary.ts'

const OPTION = '--reconcile'
const LOOK_EVERY_MS = 1000

/** Throws `UsageError`. */
export function scheduleOption(text: string | undefined): ScheduleIR | undefined {
  if (text === undefined) return undefined
  try {
    const isInterval = /^\d+[a-z]+$/.test(text)
    return scheduleOf(
      OPTION,
      isInterval ? new Interval({ kind: 'interval', every: durationMs(text as Duration), phase: 0 }) : text,
      undefined,
    )
  } catch (error) {
    // A mistake names the line of a pipeline's file that it is in, and there is none.
    const { message } = error as Error
    const at = message.indexOf(OPTION)
    throw new UsageError(at < 0 ? `${OPTION}: ${message}` : message.slice(at))
  }
}

export interface ReconcilingHere {
  /** What is to be told again and again; empty if nothing is. */
  readonly text: string
  stop(): Promise<void>
}

/** Over the folder that this process holds. */
export function reconcilingBeside(
  pipeline: { readonly ir: PipelineIR; readonly fingerprint: string },
  { store, path }: DataFolder,
  schedule: ScheduleIR,
  say: (text: string) => void,
): ReconcilingHere {
  const { ir, fingerprint } = pipeline
  const reconciling = new Reconciling({
    pipeline: { ir, fingerprint },
    store,
    schedule,
    clock: wallClock,
    compute: reconcileBeside(path),
    onReport: report => say(`  ${report}`),
  })
  const looking = every(LOOK_EVERY_MS, () => reconciling.tick())
  return {
    get text() {
      const { unexplained } = reconciling
      return unexplained ? `; ${counted(unexplained.values, 'value')} UNEXPLAINED by reconciliation ${unexplained.number}` : ''
    },
    async stop() {
      looking.stop()
      await reconciling.stop()
    },
  }
}
