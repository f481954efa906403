/**
 * The reports of a run: made when their time has come, beside everything else, each written whole to its file.
 *
 * A report of `s` is begun once the clock has passed `s`, so that nothing which is appended later has arrived by then, and its cut is durable before it reads the log. It needs nothing of what
 * the loop has in memory, and the loop waits for nothing of it. One is made at a time. Of those that were missed the last is made, and the others are not; one that failed is tried again,
 * and until then the one before stands.
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

/** What a run needs for its reports. */
export interface Reporting {
  readonly make: MakeReport
  /** The data folder: what has no file of its own is kept there, and where nothing may leave it (a dry run), everything. */
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
  /** The time of the last that is done, UTC ms, or that there was nothing to make of. */
  s: number
  readonly retry: Retry
  /** Asked for beside the schedule, and not begun. */
  asked: Asked | undefined
}

interface Asked extends PromiseWithResolvers<MadeReport> {
  /** When that was, UTC ms: the time that the report is of. */
  readonly s: number
}

export class Reports {
  readonly #options: ReportsOptions
  readonly #scheduled: readonly Scheduled[]
  readonly #stopping = new AbortController()
  /** Those of the ledger, by number. */
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

  /** Looks whether a report is due, unless one is being made. */
  tick(): void {
    if (this.#making || this.#stopping.signal.aborted || this.#scheduled.length === 0) return
    const now = this.#options.clock()
    for (const one of this.#scheduled) {
      // Later entries are stamped `now` or later. If the clock is set back, their stamps may be earlier, but they lie behind the cut.
      const asked = one.asked && one.asked.s !== now ? one.asked : undefined
      const s = asked ? asked.s : one.lastTime(now - 1)
      if (!asked && (one.retry.isWaiting(now) || !(s > one.s))) continue
      const first = this.#firstArrival()
      // Of an empty log there is nothing to report yet, and of a time before it there never will be.
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

  /** Is every report that was due or asked for by then, UTC ms, made? What failed is tried again at its time, and not waited for; nor is anything once it stops. */
  isMadeBy(t: number): boolean {
    if (this.#stopping.signal.aborted) return true
    const first = this.#firstArrival()
    return this.#scheduled.every(({ asked, lastTime, s, retry }) => {
      const due = lastTime(t - 1)
      return !asked && (first === undefined || due < first || due <= s || retry.isWaiting(this.#options.clock()))
    })
  }

  /**
   * Makes a report beside its schedule, of this moment, as soon as none is being made. Resolves with what was made; rejects with `SPILL_INPUT` for a report that there is not, with
   * `SPILL_STOPPED`, and with what it failed with: it is not tried again.
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

  /** Stops what is being made; it is begun again by the next start. */
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
      // Behind everything that was appended so far: once it is durable, so are the cut and the batch runs that were swapped in by then.
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
      // Whoever asked is told, and asks again.
      if (!asked && !isStopped) this.#failed(one, s, error)
      const left: MadeReport = isStopped
        ? { ...made, state: 'broken off' }
        : { ...made, ended: clock(), state: 'failed', error: (error as Error).message }
      await store.commit({ put: [this.#kept(left)] }).catch(() => {})
    }
  }

  /** It is tried again, unless the log has forgotten what it is of. */
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
    // Only what is stored is looked at: the log may be ahead of it.
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

  /** The folder of a file in the data folder is made; whoever names another has made it. */
  #pathOf(made: MadeReport): string {
    const path = fileOf(this.#options.folder, made)
    if (!isAbsolute(made.file)) mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER })
    return path
  }

  /** Those that an earlier process did not end. */
  #brokenOff(name: string): Put[] {
    const left = [...this.#made.values()].filter(one => one.report === name && one.state === 'running')
    return left.map(one => this.#kept({ ...one, state: 'broken off' }))
  }

  /** Takes the oldest of a report from the ledger, beyond those that it keeps. Their files stay. */
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
