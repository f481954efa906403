/**
 * Scheduler of a run's reconciliations, each over the decisions since the previous one.
 *
 * One reconciliation runs at a time, with limits on decisions, time and memory. The next one continues with the rest. Each decision is
 * compared once. For events that arrive later, `spillway reconcile` compares all decisions again.
 */
import type { Clock } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import type { PipelineIR, ScheduleIR } from '../define/ir/ir.ts'
import { scheduleCursor } from '../kernel/schedule.ts'
import type { Commit, CommitWriter, NamedValues } from '../log/store.ts'
import type { ReconcileInThread } from './job.ts'
import {
  putsOfResult,
  deletionsOf,
  reconciliationResult,
  reconciliationsIn,
  putOfRecord,
  type ReconciliationResult,
  type ReconciliationRecord,
} from './ledger.ts'
import type { ReconcileReport } from './report.ts'

/** Inputs of the scheduler. */
export interface ReconcileSchedulerOptions {
  readonly pipeline: { readonly ir: PipelineIR; readonly fingerprint: string }
  readonly store: CommitWriter & Pick<NamedValues, 'named'>
  readonly schedule: ScheduleIR
  readonly clock: Clock
  readonly compute: ReconcileInThread
  /** Receives findings that need attention, and failures. */
  readonly onReport: (report: string) => void
}

/** Runs reconciliations when they are due. */
export class ReconcileScheduler {
  readonly #options: ReconcileSchedulerOptions
  readonly #lastDue: (time: number) => number
  readonly #stopping = new AbortController()
  #records: ReconciliationRecord[]
  /** Scheduled time of the latest reconciliation, UTC ms. */
  #latest: number
  #running: Promise<void> | undefined

  /** The first reconciliation is due at the next scheduled time. It covers what was missed while nothing ran. */
  constructor(options: ReconcileSchedulerOptions) {
    const { store, schedule, clock } = options
    this.#options = options
    this.#lastDue = scheduleCursor(schedule)
    this.#records = reconciliationsIn(store)
    this.#latest = this.#lastDue(clock())
  }

  /** Values that the last finished reconciliation could not explain. */
  get unexplained(): { readonly number: number; readonly values: number } | undefined {
    const last = this.#records.findLast(({ done }) => done !== undefined)
    return last && last.done!.unexplained > 0 ? { number: last.number, values: last.done!.unexplained } : undefined
  }

  /** Starts a reconciliation if one is due and none is running. */
  tick(): void {
    if (this.#running || this.#stopping.signal.aborted) return
    const due = this.#lastDue(this.#options.clock())
    // After the clock is set back by more than a period, its new times count. Otherwise no reconciliation would run until the old time.
    if (due < this.#latest && due < this.#lastDue(this.#latest - 1)) this.#latest = due
    if (!(due > this.#latest)) return
    this.#latest = due
    this.#running = this.#reconcile().finally(() => (this.#running = undefined))
  }

  /** Resolves when no reconciliation is running. */
  async idle(): Promise<void> {
    await this.#running
  }

  /** Ends the running reconciliation; the next one continues with the rest. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #reconcile(): Promise<void> {
    const { store, clock, compute, pipeline, onReport } = this.#options
    const began = clock()
    const previous = this.#records.findLast(({ done }) => done !== undefined)?.done
    const record: ReconciliationRecord = { number: (this.#records.at(-1)?.number ?? 0) + 1, began, state: 'running' }
    try {
      await store.commit({ put: [...this.#interrupted(), this.#record(record), ...this.#trimmed()] })
      const job = { pipeline, from: previous?.upTo ?? {}, decisions: limits.RECONCILE_DECISIONS_MAX, ms: limits.RECONCILE_MS_MAX }
      const report = await compute(job, this.#stopping.signal)
      const ended = clock()
      // Models that this pipeline does not have keep their position, in case they come back.
      const done = reconciliationResult({ ...report, upTo: { ...previous?.upTo, ...report.upTo } }, previous, (ended - began) / 1000)
      const finished = { ...record, ended, state: 'done', done } as const
      await store.commit({ put: [this.#record(finished), ...putsOfResult(finished, withoutMostExamples(report))] })
      if (!done.sound) onReport(unsoundText(record.number, done))
    } catch (error) {
      const isStopped = this.#stopping.signal.aborted
      const { message } = error as Error
      if (!isStopped) onReport(`reconciliation ${record.number} failed: ${message}`)
      const outcome = isStopped ? ({ state: 'broken off' } as const) : ({ state: 'failed', error: message } as const)
      await store.commit({ put: [this.#record({ ...record, ended: clock(), ...outcome })] }).catch(() => {})
    }
  }

  /** Marks the records of an earlier process that ended during a reconciliation. */
  #interrupted(): Put[] {
    return this.#records.filter(({ state }) => state === 'running').map(record => this.#record({ ...record, state: 'broken off' }))
  }

  #trimmed(): Put[] {
    const deleted = this.#records.slice(0, Math.max(0, this.#records.length - limits.RECONCILIATIONS_KEPT))
    this.#records = this.#records.slice(deleted.length)
    return deleted.flatMap(({ number }) => deletionsOf(number))
  }

  #record(record: ReconciliationRecord): Put {
    const at = this.#records.findIndex(({ number }) => number === record.number)
    if (at < 0) this.#records.push(record)
    else this.#records[at] = record
    return putOfRecord(record)
  }
}

type Put = NonNullable<Commit['put']>[number]

/** The stored form of a report, with few examples. */
const withoutMostExamples = (report: ReconcileReport): ReconcileReport => ({
  ...report,
  examples: report.examples.slice(0, limits.RECONCILIATION_EXAMPLES),
})

function unsoundText(number: number, { unexplained, values }: ReconciliationResult): string {
  const finding =
    unexplained > 0 ? `UNEXPLAINED: ${unexplained} of ${values} values` : `recorded values that are not what SQL makes of them`
  return `reconciliation ${number} found ${finding}; spillway reconcile show ${number} tells more`
}
