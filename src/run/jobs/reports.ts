/**
 * Schedules the reports of a run: makes each when it is due, beside the loop, and writes its file as a whole.
 *
 * A report of `s` starts once the clock has passed `s`, so no later entry has arrived by then, and its cut is durable before it reads the
 * log. It uses no state of the loop. One report is in progress at a time. Of missed reports only the last is made. A failed report is
 * retried, and the previous one stays until then.
 */
import { mkdirSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { SpillwayError } from '../../base/errors.ts'
import type { Clock } from '../../base/clock.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { limits } from '../../base/limits.ts'
import { batchRunsIn } from '../../batch/ledger.ts'
import type { MakeReport } from '../../batch/report-job.ts'
import {
  reportRunPath,
  reportCode,
  reportRunName,
  reproducibleJob,
  reportRunsIn,
  batchRunsAt,
  versionAt,
  type ReportRun,
} from '../../batch/report-ledger.ts'
import { Strings } from '../../columns/strings.ts'
import type { PipelineIR, ReportIR } from '../../define/ir/ir.ts'
import { scheduleCursor } from '../../kernel/schedule.ts'
import { logStartOf } from '../../log/log-start.ts'
import type { Log } from '../../log/log.ts'
import { PRIVATE_FOLDER } from '../../log/folder-permissions.ts'
import type { Commit, CommitWriter, NamedValues, SegmentLog } from '../../log/store.ts'
import { reportName, reportPath } from '../../replay/report-file.ts'
import { stoppedError } from '../groups/shutdown.ts'
import { Retry } from './retry.ts'

/** The port that makes reports. */
export interface ReportingPort {
  readonly make: MakeReport
  /** The data folder: for reports without a path of their own, and for all reports of a dry run. */
  readonly folder: string
}

export interface ReportSchedulerOptions extends ReportingPort {
  readonly ir: PipelineIR
  readonly store: CommitWriter & NamedValues & SegmentLog
  readonly log: Log
  readonly clock: Clock
  /** Batch runs are made beside the run. */
  readonly hasRuns: boolean
  readonly isDry: boolean
  readonly onReport: (report: string) => void
}

type Put = NonNullable<Commit['put']>[number]

interface ScheduledReport {
  readonly report: ReportIR
  readonly lastTime: (moment: number) => number
  readonly code: string
  /** Time of the last finished report, or of one with nothing to report, UTC ms. */
  s: number
  readonly retry: Retry
  /** A requested report that has not started. */
  request: ReportRequest | undefined
}

interface ReportRequest extends PromiseWithResolvers<ReportRun> {
  /** Time of the request, UTC ms, which is the time of the report. */
  readonly s: number
}

/** The reports of one pipeline. */
export class ReportScheduler {
  readonly #options: ReportSchedulerOptions
  readonly #scheduled: readonly ScheduledReport[]
  readonly #stopping = new AbortController()
  /** Reports of the ledger, by number. */
  readonly #records = new Map<number, ReportRun>()
  #running: Promise<void> | undefined
  /** The first arrival of the log, once it has one. */
  #first: number | undefined

  constructor(options: ReportSchedulerOptions) {
    const { ir, store } = options
    this.#options = options
    for (const record of reportRunsIn(store)) this.#records.set(record.number, record)
    const all = [...this.#records.values()]
    this.#scheduled = (ir.reports ?? []).map(report => ({
      report,
      lastTime: scheduleCursor(report.at),
      code: reportCode(ir, report),
      s: all.findLast(record => record.report === report.name && record.why === 'schedule' && record.state === 'done')?.s ?? -Infinity,
      retry: new Retry(),
      request: undefined,
    }))
  }

  /** Starts a due report, unless one is in progress. */
  tick(): void {
    if (this.#running || this.#stopping.signal.aborted || this.#scheduled.length === 0) return
    const now = this.#options.clock()
    for (const scheduled of this.#scheduled) {
      // Later entries are stamped `now` or later. If the clock is set back, their stamps may be earlier, but they lie behind the cut.
      const request = scheduled.request && scheduled.request.s !== now ? scheduled.request : undefined
      const s = request ? request.s : scheduled.lastTime(now - 1)
      if (!request && (scheduled.retry.isWaiting(now) || !(s > scheduled.s))) continue
      const first = this.#firstArrival()
      // An empty log has nothing to report yet, and a time before it never will.
      if (!request && first === undefined) continue
      if (!request && s < first!) {
        scheduled.s = s
        continue
      }
      if (request) scheduled.request = undefined
      this.#running = this.#makeReport(scheduled, { s, began: now, asked: request }).finally(() => (this.#running = undefined))
      return
    }
  }

  /** Are all reports that were due or requested by `t`, UTC ms, done? Retries that wait do not count, nor does anything once it stops. */
  isDoneBy(t: number): boolean {
    if (this.#stopping.signal.aborted) return true
    const first = this.#firstArrival()
    return this.#scheduled.every(({ request, lastTime, s, retry }) => {
      const due = lastTime(t - 1)
      return !request && (first === undefined || due < first || due <= s || retry.isWaiting(this.#options.clock()))
    })
  }

  /**
   * Requests a report as of now; it starts as soon as none is in progress. Resolves with its record. Rejects with `SPILL_NOT_FOUND` for an
   * unknown report, with `SPILL_STOPPED`, and with the error of the report, which is not retried.
   */
  runNow(name: string): Promise<ReportRun> {
    const scheduled = this.#scheduled.find(({ report }) => report.name === name)
    if (!scheduled) {
      const names = this.#scheduled.map(({ report }) => report.name)
      return Promise.reject(new SpillwayError('SPILL_NOT_FOUND', `there is no report '${name}'${didYouMean(name, names)}`))
    }
    if (this.#stopping.signal.aborted) return Promise.reject(stoppedError())
    scheduled.request ??= { ...Promise.withResolvers<ReportRun>(), s: this.#options.clock() }
    return scheduled.request.promise
  }

  /** Stops the report in progress; the next start makes it again. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const scheduled of this.#scheduled) scheduled.request?.reject(stoppedError())
    await this.#running
  }

  async #makeReport(
    scheduled: ScheduledReport,
    { s, began, asked: request }: { s: number; began: number; asked: ReportRequest | undefined },
  ): Promise<void> {
    const { ir, store, log, make, clock } = this.#options
    const { report } = scheduled
    const { name } = report
    const number = Math.max(0, ...this.#records.keys()) + 1
    const file = this.#fileOf(report, s, request !== undefined)
    let record: ReportRun = {
      number,
      report: name,
      why: request ? 'demand' : 'schedule',
      s,
      cut: log.end,
      runs: {},
      code: scheduled.code,
      began,
      state: 'running',
      file,
    }
    try {
      // This commit follows all earlier entries, so the cut and the batch runs swapped in by then are durable when it is.
      await store.commit({ put: [...this.#markBrokenOff(name), this.#put(record)] })
      const runs = this.#options.hasRuns ? batchRunsAt(ir, report, batchRunsIn(store), s) : {}
      record = { ...record, runs, ...versionAt(store, ir, report, s) }
      const path = this.#pathOf(record)
      const done = await make({ ir, report, ...reproducibleJob(record) }, path, this.#stopping.signal)
      record = { ...record, ended: clock(), state: 'done', done }
      await store.commit({ put: [this.#put(record), ...this.#trim(name)] })
      if (!request) scheduled.s = s
      scheduled.retry.reset()
      request?.resolve(record)
    } catch (error) {
      const isStopped = this.#stopping.signal.aborted
      request?.reject(isStopped ? stoppedError() : error)
      // A requested report is not retried: the caller gets the error.
      if (!request && !isStopped) this.#recordFailure(scheduled, s, error)
      const unfinished: ReportRun = isStopped
        ? { ...record, state: 'broken off' }
        : { ...record, ended: clock(), state: 'failed', error: (error as Error).message }
      await store.commit({ put: [this.#put(unfinished)] }).catch(() => {})
    }
  }

  /** Retries, unless the log has forgotten the events of the report. */
  #recordFailure(scheduled: ScheduledReport, s: number, error: unknown): void {
    const { clock, onReport } = this.#options
    const isForgotten = (error as { code?: string }).code === 'SPILL_CLOCK_EVICTED'
    if (isForgotten) {
      scheduled.s = s
      scheduled.retry.reset()
    } else scheduled.retry.failed(clock())
    const outcome = isForgotten ? 'cannot be made any more' : 'failed and is tried again'
    onReport(`report '${scheduled.report.name}' of ${new Date(s).toISOString()} ${outcome}: ${(error as Error).message}`)
  }

  #firstArrival(): number | undefined {
    if (this.#first !== undefined) return this.#first
    const { store, log } = this.#options
    const { entry, arrival } = logStartOf(store)
    if (arrival > -Infinity) return (this.#first = arrival)
    // Reads stored segments only: the log may be ahead of the store.
    if (log.end <= entry || !store.segmentAt(entry)) return undefined
    const [segment] = log.segments(entry, entry + 1, { stringsOf: () => new Strings(), wanted: () => false })
    const arrivals = segment.sources.flatMap(({ block }) => (block.length > 0 ? [block.arrival[0]] : []))
    return (this.#first = Math.min(...arrivals, ...segment.markers.map(({ t }) => t)))
  }

  /** In a dry run nothing leaves the data folder. */
  #fileOf(report: ReportIR, s: number, isRequested: boolean): string {
    const { isDry } = this.#options
    const { to, at, name } = report
    if (to !== undefined && !isDry) return resolve(reportPath(to, at, s, isRequested))
    return join('reports', name, reportName(report, s, isRequested))
  }

  /** Creates the folder of a file in the data folder; other folders must exist. */
  #pathOf(record: ReportRun): string {
    const path = reportRunPath(this.#options.folder, record)
    if (!isAbsolute(record.file)) mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER })
    return path
  }

  /** Marks reports that an earlier process left unfinished. */
  #markBrokenOff(name: string): Put[] {
    const unfinished = [...this.#records.values()].filter(scheduled => scheduled.report === name && scheduled.state === 'running')
    return unfinished.map(scheduled => this.#put({ ...scheduled, state: 'broken off' }))
  }

  /** Removes the oldest reports from the ledger beyond its limit. Their files stay. */
  #trim(name: string): Put[] {
    const all = [...this.#records.values()].filter(scheduled => scheduled.report === name)
    const removed = all.slice(0, Math.max(0, all.length - limits.BATCH_RUNS_KEPT))
    for (const { number } of removed) this.#records.delete(number)
    return removed.map(({ number }) => [reportRunName(number), null])
  }

  #put(record: ReportRun): Put {
    this.#records.set(record.number, record)
    return [reportRunName(record.number), JSON.stringify(record)]
  }
}
