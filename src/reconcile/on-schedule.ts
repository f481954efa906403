/**
 * Reconciliations of a run: made on a schedule beside everything else, each over the decisions since the one before it.
 *
 * One is made at a time, and is bounded: in decisions, in time and in memory. What it did not come to is the next one's. A decision is compared once: what comes late
 * for one that was compared already is found by `spillway reconcile`, over all of them.
 */
import type { Clock } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import type { PipelineIR, ScheduleIR } from '../define/ir/ir.ts'
import { scheduleCursor } from '../kernel/schedule.ts'
import type { Commit, LogStore } from '../log/store.ts'
import type { ReconcileBeside } from './job.ts'
import { donePuts, goneWith, reconciledBy, reconciliationsIn, recordPut, type Reconciled, type ReconciliationRecord } from './ledger.ts'
import type { ReconcileReport } from './report.ts'

export interface ReconcilingOptions {
  readonly pipeline: { readonly ir: PipelineIR; readonly fingerprint: string }
  readonly store: Pick<LogStore, 'named' | 'commit'>
  readonly schedule: ScheduleIR
  readonly clock: Clock
  readonly compute: ReconcileBeside
  /** Told what was found that somebody must look at, and what failed. */
  readonly onReport: (report: string) => void
}

export class Reconciling {
  readonly #options: ReconcilingOptions
  readonly #lastTime: (moment: number) => number
  readonly #stopping = new AbortController()
  #records: ReconciliationRecord[]
  /** The scheduled time of the last one, UTC ms. */
  #last: number
  #running: Promise<void> | undefined

  /** The first is made at the first time of the schedule from now on: what was missed while nothing ran is part of it. */
  constructor(options: ReconcilingOptions) {
    const { store, schedule, clock } = options
    this.#options = options
    this.#lastTime = scheduleCursor(schedule)
    this.#records = reconciliationsIn(store)
    this.#last = this.#lastTime(clock())
  }

  /** Values that the last one could not explain. */
  get unexplained(): { readonly number: number; readonly values: number } | undefined {
    const last = this.#records.findLast(({ done }) => done !== undefined)
    return last && last.done!.unexplained > 0 ? { number: last.number, values: last.done!.unexplained } : undefined
  }

  /** Looks whether one is due, unless one is being made. */
  tick(): void {
    if (this.#running || this.#stopping.signal.aborted) return
    const due = this.#lastTime(this.#options.clock())
    // A clock that was set back by more than a period would have none made until it is where it was: its times count from here on.
    if (due < this.#last && due < this.#lastTime(this.#last - 1)) this.#last = due
    if (!(due > this.#last)) return
    this.#last = due
    this.#running = this.#make().finally(() => (this.#running = undefined))
  }

  /** Resolves when none is being made. */
  async idle(): Promise<void> {
    await this.#running
  }

  /** Ends what is being made; what it did not come to is the next one's. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #make(): Promise<void> {
    const { store, clock, compute, pipeline, onReport } = this.#options
    const began = clock()
    const before = this.#records.findLast(({ done }) => done !== undefined)?.done
    const record: ReconciliationRecord = { number: (this.#records.at(-1)?.number ?? 0) + 1, began, state: 'running' }
    try {
      await store.commit({ put: [...this.#brokenOff(), this.#kept(record), ...this.#trimmed()] })
      const job = { pipeline, from: before?.upTo ?? {}, decisions: limits.RECONCILE_DECISIONS_MAX, ms: limits.RECONCILE_MS_MAX }
      const report = await compute(job, this.#stopping.signal)
      const ended = clock()
      // A model that this pipeline has not is gone on with where it was, if it comes back.
      const done = reconciledBy({ ...report, upTo: { ...before?.upTo, ...report.upTo } }, before, (ended - began) / 1000)
      const made = { ...record, ended, state: 'done', done } as const
      await store.commit({ put: [this.#kept(made), ...donePuts(made, kept(report))] })
      if (!done.sound) onReport(unsoundText(record.number, done))
    } catch (error) {
      const isStopped = this.#stopping.signal.aborted
      const { message } = error as Error
      if (!isStopped) onReport(`reconciliation ${record.number} failed: ${message}`)
      const outcome = isStopped ? ({ state: 'broken off' } as const) : ({ state: 'failed', error: message } as const)
      await store.commit({ put: [this.#kept({ ...record, ended: clock(), ...outcome })] }).catch(() => {})
    }
  }

  /** Of an earlier process, which did not end them. */
  #brokenOff(): Put[] {
    return this.#records.filter(({ state }) => state === 'running').map(record => this.#kept({ ...record, state: 'broken off' }))
  }

  #trimmed(): Put[] {
    const gone = this.#records.slice(0, Math.max(0, this.#records.length - limits.RECONCILIATIONS_KEPT))
    this.#records = this.#records.slice(gone.length)
    return gone.flatMap(({ number }) => goneWith(number))
  }

  #kept(record: ReconciliationRecord): Put {
    const at = this.#records.findIndex(({ number }) => number === record.number)
    if (at < 0) this.#records.push(record)
    else this.#records[at] = record
    return recordPut(record)
  }
}

type Put = NonNullable<Commit['put']>[number]

/** A report as the ledger keeps it: a few examples of each basis. */
const kept = (report: ReconcileReport): ReconcileReport => ({
  ...report,
  examples: report.examples.slice(0, limits.RECONCILIATION_EXAMPLES),
})

function unsoundText(number: number, { unexplained, values }: Reconciled): string {
  const what = unexplained > 0 ? `UNEXPLAINED: ${unexplained} of ${values} values` : `recorded values that are not what SQL makes of them`
  return `reconciliation ${number} found ${what}; spillway reconcile show ${number} tells more`
}
