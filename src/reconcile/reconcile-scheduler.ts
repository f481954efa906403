/**
 * The reconciliations of a run, scheduled or requested, each over the decisions since the previous one.
 *
 * A reconciliation has limits on decisions, time and memory; the next one continues with the rest, also after a failure. Each decision is
 * compared once. For events that arrive later, `spillway reconcile` compares all decisions again.
 */
import { type Clock, limits } from '../base/index.ts'
import type { ScheduleIR } from '../define/ir/index.ts'
import { JobClock, JobLedger, JobSchedule, JobScheduler, type Job, Retry } from '../jobs/index.ts'
import type { CommitWriter, NamedValues } from '../log/index.ts'
import type { FingerprintedPipeline } from './code-versions.ts'
import type { ReconcileInThread } from './reconcile-job.ts'
import {
  deletionOfReport,
  type FinishedReconciliation,
  lastReconciliation,
  putsOfResult,
  RECONCILIATIONS,
  reconciliationResult,
  type ReconciliationResult,
  type ReconciliationRecord,
} from './reconciliation-ledger.ts'
import type { ReconcileReport } from './reconcile-report.ts'

/** Inputs of the scheduler. */
export interface ReconcileSchedulerOptions {
  readonly pipeline: FingerprintedPipeline
  readonly store: CommitWriter & Pick<NamedValues, 'get' | 'named'>
  /** Without a schedule only requested reconciliations run. */
  readonly schedule: ScheduleIR | undefined
  readonly clock: Clock
  readonly compute: ReconcileInThread
  /** Receives findings that need attention, and failures. */
  readonly onReport: (report: string) => void
  /** Notified once a reconciliation has begun, and once it has ended. */
  readonly onJobChange?: (() => void) | undefined
}

/** Name of the one job of the scheduler. */
export const RECONCILIATION_JOB = 'reconciliation'

/** Runs reconciliations when they are due or requested. */
export class ReconcileScheduler extends JobScheduler<ReconciliationRecord> {
  readonly #ledger: JobLedger<ReconciliationRecord>
  readonly #options: ReconcileSchedulerOptions
  readonly #results: Results
  /** Number of the first reconciliation of this process. */
  readonly #first: number

  /** The first reconciliation is due at the next scheduled time. It covers what was missed while nothing ran. */
  constructor(options: ReconcileSchedulerOptions) {
    const ledger = new JobLedger<ReconciliationRecord>(options.store, RECONCILIATIONS)
    const results = { last: lastReconciliation(options.store) }
    super({
      ...options,
      ends: ledger.markBrokenOff(),
      jobs: [reconciliationJob(ledger, options, results)],
      clock: new JobClock(options.clock),
    })
    this.#ledger = ledger
    this.#options = options
    this.#results = results
    this.#first = ledger.next
  }

  /** Requests a reconciliation, as `request` does. It starts now, unless one is in progress. */
  reconcile(): Promise<ReconciliationRecord> {
    const requested = this.request(RECONCILIATION_JOB)
    this.tick()
    return requested
  }

  /** Values that `lastReconciliation` could not explain, if this process reconciles: it has a schedule, or has finished a reconciliation. */
  get unexplained(): { readonly number: number; readonly values: number } | undefined {
    if (!this.#options.schedule && !this.#ledger.records.some(({ number, done }) => number >= this.#first && done)) return undefined
    const { last } = this.#results
    return last && last.done.unexplained > 0 ? { number: last.number, values: last.done.unexplained } : undefined
  }
}

/** `lastReconciliation` of the store, in memory: status lines are written after the store was closed, too. */
interface Results {
  last: FinishedReconciliation | undefined
}

function reconciliationJob(
  ledger: JobLedger<ReconciliationRecord>,
  options: ReconcileSchedulerOptions,
  results: Results,
): Job<ReconciliationRecord> {
  const { store, clock, pipeline, compute, onReport } = options
  const lastTime = new JobSchedule(options.schedule).last(clock() + 1)
  const schedule = new JobSchedule(options.schedule, lastTime, { followsClock: true })
  return {
    name: RECONCILIATION_JOB,
    retry: new Retry(),
    due: now => {
      const s = schedule.due(now)
      return s === undefined ? undefined : { why: 'schedule', s }
    },
    begin: ({ s, why }, began) => {
      schedule.complete(s)
      const record: ReconciliationRecord = { number: ledger.next, why, began, state: 'running' }
      const { number } = record
      const previous = results.last
      const written = ledger.put(record)
      // An alert may lead to the report of the previous one.
      const old = ledger.records.slice(0, -limits.RECONCILIATIONS_KEPT).filter(record => record.number !== previous?.number)
      return {
        put: [written, ...ledger.trim(old, 0), ...old.map(deletionOfReport)],
        run: async signal => {
          const job = { pipeline, from: previous?.done.upTo ?? {}, decisions: limits.RECONCILE_DECISIONS_MAX, ms: limits.RECONCILE_MS_MAX }
          const report = await compute(job, signal)
          const ended = clock()
          // Models that this pipeline does not have keep their position, in case they come back.
          const upTo = { ...previous?.done.upTo, ...report.upTo }
          const done = reconciliationResult({ ...report, upTo }, previous?.done, (ended - began) / 1000)
          const finished = { ...record, ended, state: 'done', done } as const
          await store.commit({ put: [ledger.put(finished), ...putsOfResult(finished, withoutMostExamples(report), previous)] })
          results.last = lastReconciliation(store)
          if (!done.sound) onReport(unsoundText(number, done))
          return finished
        },
        describe: outcome => `reconciliation ${number} ${outcome}`,
        // The next one continues after the last finished one.
        isFinal: () => true,
        fail: ({ message }) => [ledger.put({ ...record, ended: clock(), state: 'failed', error: message })],
        interrupt: () => [ledger.put({ ...record, ended: clock(), state: 'broken off' })],
      }
    },
  }
}

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
