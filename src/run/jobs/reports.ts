/**
 * The reports of a run. A report of time `s` is made from the log up to its cut, with no state of the loop, and its file is written as a
 * whole; the previous file stays until then.
 */
import { mkdirSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { SpillwayError, didYouMean, limits } from '../../base/index.ts'
import {
  batchRunsIn,
  type MakeReport,
  REPORT_RUNS,
  reportRunPath,
  reportCode,
  reproducibleJob,
  batchRunsAt,
  versionAt,
  type ReportRun,
} from '../../batch/index.ts'
import { Strings } from '../../columns/index.ts'
import type { PipelineIR, ReportIR } from '../../define/ir/index.ts'
import { type JobClock, JobLedger, JobSchedule, JobScheduler, type Job, Retry } from '../../jobs/index.ts'
import { logStartOf, type Log, PRIVATE_FOLDER, type CommitWriter, type NamedValues, type SegmentLog } from '../../log/index.ts'
import { reportName, reportPath } from '../../replay/index.ts'

export interface ReportingPort {
  readonly make: MakeReport
  /** The data folder: for reports without a path of their own, and for all reports of a dry run. */
  readonly folder: string
}

/** Inputs of the reports of a run. */
export interface ReportSchedulerOptions extends ReportingPort {
  readonly ir: PipelineIR
  readonly store: CommitWriter & NamedValues & SegmentLog
  readonly log: Log
  readonly jobClock: JobClock
  /** Batch runs are made beside the run. */
  readonly hasRuns: boolean
  readonly isDry: boolean
  readonly onReport: (report: string) => void
  /** Notified once a report has begun, and once it has ended. */
  readonly onJobChange?: (() => void) | undefined
}

/** The scheduler of all reports. A request rejects with `SPILL_NOT_FOUND` for an unknown report. */
export function reportScheduler(options: ReportSchedulerOptions): JobScheduler<ReportRun> {
  const { ir, store, log, jobClock, onReport, onJobChange } = options
  const reports = ir.reports ?? []
  const ledger = new JobLedger<ReportRun>(store, REPORT_RUNS)
  jobClock.cover(Math.max(-Infinity, ...ledger.records.map(({ s }) => s)))
  const firstArrival = firstArrivalOf(store, log)
  return new JobScheduler({
    ends: ledger.markBrokenOff(),
    jobs: reports.map(report => reportJob(report, ledger, firstArrival, options)),
    clock: jobClock,
    store,
    onReport,
    onJobChange,
    unknownJob: name => {
      const names = reports.map(report => report.name)
      return new SpillwayError('SPILL_NOT_FOUND', `there is no report '${name}'${didYouMean(name, names)}`)
    },
  })
}

/** The first arrival of the log, UTC ms, once it has one. Reads stored segments only: the log may be ahead of the store. */
function firstArrivalOf(store: NamedValues & SegmentLog, log: Log): () => number | undefined {
  let first: number | undefined
  const read = (): number | undefined => {
    const { entry, arrival } = logStartOf(store)
    if (arrival > -Infinity) return arrival
    if (log.end <= entry || !store.segmentAt(entry)) return undefined
    const [segment] = log.segments(entry, entry + 1, { stringsOf: () => new Strings(), columnFilter: () => false })
    const arrivals = segment.sources.flatMap(({ block }) => (block.length > 0 ? [block.arrival[0]] : []))
    return Math.min(...arrivals, ...segment.markers.map(({ t }) => t))
  }
  return () => (first ??= read())
}

/** The job of one report. */
function reportJob(
  report: ReportIR,
  ledger: JobLedger<ReportRun>,
  firstArrival: () => number | undefined,
  options: ReportSchedulerOptions,
): Job<ReportRun> {
  const { ir, store, log, make, jobClock, hasRuns, folder } = options
  const { name } = report
  const runsOfReport = (): ReportRun[] => ledger.records.filter(run => run.report === name)
  const runsWithoutResult = (): ReportRun[] => runsOfReport().filter(({ state }) => state !== 'done')
  const last = runsOfReport().findLast(({ why, state }) => why === 'schedule' && state === 'done')
  const schedule = new JobSchedule(report.at, last?.s)
  return {
    name,
    retry: new Retry(),
    // An empty log has nothing to report yet, and a time before its first arrival never will.
    due: now => {
      const s = schedule.due(now)
      const first = s === undefined ? undefined : firstArrival()
      return first === undefined || s! < first ? undefined : { why: 'schedule', s: s! }
    },
    begin: ({ why: reason, s }, began) => {
      const why = reason === 'demand' ? 'demand' : 'schedule'
      const number = ledger.next
      const code = reportCode(ir, report)
      const file = fileOf(report, s, why === 'demand', options)
      let record: ReportRun = { number, report: name, why, s, cut: log.end, runs: {}, code, began, state: 'running', file }
      return {
        put: [ledger.put(record), ...ledger.trim(runsWithoutResult(), limits.BATCH_RUNS_KEPT)],
        run: async signal => {
          // The batch runs that were swapped in by then are durable, too.
          const runs = hasRuns ? batchRunsAt(ir, report, batchRunsIn(store), s) : {}
          record = { ...record, runs, ...versionAt(store, ir, report, s) }
          const done = await make({ ir, report, ...reproducibleJob(record) }, pathOf(record, folder), signal)
          record = { ...record, ended: jobClock.wall(), state: 'done', done }
          await store.commit({ put: [ledger.put(record), ...ledger.trim(runsOfReport(), limits.BATCH_RUNS_KEPT)] })
          if (why === 'schedule') schedule.complete(s)
          return record
        },
        describe: outcome => `report '${name}' of ${new Date(s).toISOString()} ${outcome}`,
        // The log has forgotten its events.
        isFinal: ({ code }) => code === 'SPILL_CLOCK_EVICTED',
        fail: ({ message }, isFinal) => {
          if (isFinal && why === 'schedule') schedule.complete(s)
          return [ledger.put({ ...record, ended: jobClock.wall(), state: 'failed', error: message })]
        },
        interrupt: () => [ledger.put({ ...record, ended: jobClock.wall(), state: 'broken off' })],
      }
    },
  }
}

/** In a dry run nothing leaves the data folder. */
function fileOf(report: ReportIR, s: number, isRequested: boolean, { isDry }: ReportSchedulerOptions): string {
  const { to, at, name } = report
  if (to !== undefined && !isDry) return resolve(reportPath(to, at, s, isRequested))
  return join('reports', name, reportName(report, s, isRequested))
}

/** Creates the folder of a file in the data folder; other folders must exist. */
function pathOf(record: ReportRun, folder: string): string {
  const path = reportRunPath(folder, record)
  if (!isAbsolute(record.file)) mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER })
  return path
}
