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
import { runsIn } from '../../batch/ledger.ts'
import type { MakeReport } from '../../batch/report-job.ts'
import { fileOf, reportCode, reportEntry, jobOf, reportsIn, runsUsed, versionUsed, type MadeReport } from '../../batch/report-ledger.ts'
import { Strings } from '../../columns/strings.ts'
import type { PipelineIR, ReportIR } from '../../define/ir/ir.ts'
import { scheduleCursor } from '../../kernel/schedule.ts'
import { beginsOf } from '../../log/begins.ts'
import type { Log } from '../../log/log.ts'
import { PRIVATE_FOLDER } from '../../log/sqlite/folder-permissions.ts'
import type { Commit, LogStore } from '../../log/store.ts'
import { reportName, reportPath } from '../../replay/report-file.ts'
import { stoppedError } from '../groups/shutdown.ts'
import { Retry } from './retry.ts'

/** The port that makes reports. */
export interface Reporting {
  readonly make: MakeReport
  /** The data folder: for reports without a path of their own, and for all reports of a dry run. */
  readonly folder: string
}

export interface ReportsOptions extends Reporting {
  readonly ir: PipelineIR
  readonly store: LogStore
  readonly log: Log
  readonly clock: Clock
  /** Batch runs are made beside the run. */
  readonly hasRuns: boolean
  readonly isDry: boolean
  readonly onReport: (report: string) => void
}

type Put = NonNullable<Commit['put']>[number]

interface Scheduled {
  readonly report: ReportIR
  readonly lastTime: (moment: number) => number
  readonly code: string
  /** Time of the last finished report, or of one with nothing to report, UTC ms. */
  s: number
  readonly retry: Retry
  /** A requested report that has not started. */
  asked: Asked | undefined
}

interface Asked extends PromiseWithResolvers<MadeReport> {
  /** Time of the request, UTC ms, which is the time of the report. */
  readonly s: number
}

/** The reports of one pipeline. */
export class Reports {
  readonly #options: ReportsOptions
  readonly #scheduled: readonly Scheduled[]
  readonly #stopping = new AbortController()
  /** Reports of the ledger, by number. */
  readonly #made = new Map<number, MadeReport>()
  #making: Promise<void> | undefined
  /** The first arrival of the log, once it has one. */
  #first: number | undefined

  constructor(options: ReportsOptions) {
    const { ir, store } = options
    this.#options = options
    for (const made of reportsIn(store)) this.#made.set(made.number, made)
    const all = [...this.#made.values()]
    this.#scheduled = (ir.reports ?? []).map(report => ({
      report,
      lastTime: scheduleCursor(report.at),
      code: reportCode(ir, report),
      s: all.findLast(one => one.report === report.name && one.why === 'schedule' && one.state === 'done')?.s ?? -Infinity,
      retry: new Retry(),
      asked: undefined,
    }))
  }

  /** Starts a due report, unless one is in progress. */
  tick(): void {
    if (this.#making || this.#stopping.signal.aborted || this.#scheduled.length === 0) return
    const now = this.#options.clock()
    for (const one of this.#scheduled) {
      // Later entries are stamped `now` or later. If the clock is set back, their stamps may be earlier, but they lie behind the cut.
      const asked = one.asked && one.asked.s !== now ? one.asked : undefined
      const s = asked ? asked.s : one.lastTime(now - 1)
      if (!asked && (one.retry.isWaiting(now) || !(s > one.s))) continue
      const first = this.#firstArrival()
      // An empty log has nothing to report yet, and a time before it never will.
      if (!asked && first === undefined) continue
      if (!asked && s < first!) {
        one.s = s
        continue
      }
      if (asked) one.asked = undefined
      this.#making = this.#make(one, { s, began: now, asked }).finally(() => (this.#making = undefined))
      return
    }
  }

  /** Are all reports that were due or requested by `t`, UTC ms, done? Retries that wait do not count, nor does anything once it stops. */
  isMadeBy(t: number): boolean {
    if (this.#stopping.signal.aborted) return true
    const first = this.#firstArrival()
    return this.#scheduled.every(({ asked, lastTime, s, retry }) => {
      const due = lastTime(t - 1)
      return !asked && (first === undefined || due < first || due <= s || retry.isWaiting(this.#options.clock()))
    })
  }

  /**
   * Requests a report as of now; it starts as soon as none is in progress. Resolves with its record. Rejects with `SPILL_INPUT` for an
   * unknown report, with `SPILL_STOPPED`, and with the error of the report, which is not retried.
   */
  demand(name: string): Promise<MadeReport> {
    const one = this.#scheduled.find(({ report }) => report.name === name)
    if (!one) {
      const names = this.#scheduled.map(({ report }) => report.name)
      return Promise.reject(new SpillwayError('SPILL_INPUT', `there is no report '${name}'${didYouMean(name, names)}`))
    }
    if (this.#stopping.signal.aborted) return Promise.reject(stoppedError())
    one.asked ??= { ...Promise.withResolvers<MadeReport>(), s: this.#options.clock() }
    return one.asked.promise
  }

  /** Stops the report in progress; the next start makes it again. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const one of this.#scheduled) one.asked?.reject(stoppedError())
    await this.#making
  }

  async #make(one: Scheduled, { s, began, asked }: { s: number; began: number; asked: Asked | undefined }): Promise<void> {
    const { ir, store, log, make, clock } = this.#options
    const { report } = one
    const { name } = report
    const number = Math.max(0, ...this.#made.keys()) + 1
    const file = this.#fileOf(report, s, asked !== undefined)
    let made: MadeReport = {
      number,
      report: name,
      why: asked ? 'demand' : 'schedule',
      s,
      cut: log.end,
      runs: {},
      code: one.code,
      began,
      state: 'running',
      file,
    }
    try {
      // This commit follows all earlier entries, so the cut and the batch runs swapped in by then are durable when it is.
      await store.commit({ put: [...this.#brokenOff(name), this.#kept(made)] })
      const runs = this.#options.hasRuns ? runsUsed(ir, report, runsIn(store), s) : {}
      made = { ...made, runs, ...versionUsed(store, ir, report, s) }
      const path = this.#pathOf(made)
      const done = await make({ ir, report, ...jobOf(made) }, path, this.#stopping.signal)
      made = { ...made, ended: clock(), state: 'done', done }
      await store.commit({ put: [this.#kept(made), ...this.#trimmed(name)] })
      if (!asked) one.s = s
      one.retry.reset()
      asked?.resolve(made)
    } catch (error) {
      const isStopped = this.#stopping.signal.aborted
      asked?.reject(isStopped ? stoppedError() : error)
      // A requested report is not retried: the caller gets the error.
      if (!asked && !isStopped) this.#failed(one, s, error)
      const left: MadeReport = isStopped
        ? { ...made, state: 'broken off' }
        : { ...made, ended: clock(), state: 'failed', error: (error as Error).message }
      await store.commit({ put: [this.#kept(left)] }).catch(() => {})
    }
  }

  /** Retries, unless the log has forgotten the events of the report. */
  #failed(one: Scheduled, s: number, error: unknown): void {
    const { clock, onReport } = this.#options
    const isGone = (error as { code?: string }).code === 'SPILL_CLOCK_EVICTED'
    if (isGone) {
      one.s = s
      one.retry.reset()
    } else one.retry.failed(clock())
    const what = isGone ? 'cannot be made any more' : 'failed and is tried again'
    onReport(`report '${one.report.name}' of ${new Date(s).toISOString()} ${what}: ${(error as Error).message}`)
  }

  #firstArrival(): number | undefined {
    if (this.#first !== undefined) return this.#first
    const { store, log } = this.#options
    const { entry, arrival } = beginsOf(store)
    if (arrival > -Infinity) return (this.#first = arrival)
    // Reads stored segments only: the log may be ahead of the store.
    if (log.end <= entry || !store.segmentAt(entry)) return undefined
    const [segment] = log.segments(entry, entry + 1, { stringsOf: () => new Strings(), wanted: () => false })
    const arrivals = segment.sources.flatMap(({ block }) => (block.length > 0 ? [block.arrival[0]] : []))
    return (this.#first = Math.min(...arrivals, ...segment.marks.map(({ t }) => t)))
  }

  /** In a dry run nothing leaves the data folder. */
  #fileOf(report: ReportIR, s: number, isAsked: boolean): string {
    const { isDry } = this.#options
    const { to, at, name } = report
    if (to !== undefined && !isDry) return resolve(reportPath(to, at, s, isAsked))
    return join('reports', name, reportName(report, s, isAsked))
  }

  /** Creates the folder of a file in the data folder; other folders must exist. */
  #pathOf(made: MadeReport): string {
    const path = fileOf(this.#options.folder, made)
    if (!isAbsolute(made.file)) mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER })
    return path
  }

  /** Marks reports that an earlier process left unfinished. */
  #brokenOff(name: string): Put[] {
    const left = [...this.#made.values()].filter(one => one.report === name && one.state === 'running')
    return left.map(one => this.#kept({ ...one, state: 'broken off' }))
  }

  /** Removes the oldest reports from the ledger beyond its limit. Their files stay. */
  #trimmed(name: string): Put[] {
    const all = [...this.#made.values()].filter(one => one.report === name)
    const gone = all.slice(0, Math.max(0, all.length - limits.BATCH_RUNS_KEPT))
    for (const { number } of gone) this.#made.delete(number)
    return gone.map(({ number }) => [reportEntry(number), null])
  }

  #kept(made: MadeReport): Put {
    this.#made.set(made.number, made)
    return [reportEntry(made.number), JSON.stringify(made)]
  }
}
