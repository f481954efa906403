/**
 * The batch runs of a run: made when their time has come, beside everything else, and swapped in when they are done.
 *
 * A run at `s` is begun once the clock has passed `s`, nothing that is appended later is stamped `s` or before, whatever the clock does, and its cut is durable before it
 * reads the log. One is made at a time. Of runs that were missed the last is made, and the others are not; one that outlasts its period is followed by the one of the
 * last time that has passed; one that failed is tried again, and until then the last result is served; one that a process did not end is taken up again by the next,
 * unless a later one is due. The swap is a mark in the log, so that a log that is taken again gives the same decisions.
 */
import { SpillwayError } from '../../base/errors.ts'
import type { Clock } from '../../base/clock.ts'
import { codeOf } from '../../batch/code.ts'
import { reachOf } from '../../batch/events.ts'
import type { Compute } from '../../batch/job.ts'
import type { RunRecord } from '../../batch/ledger.ts'
import type { Strings } from '../../columns/strings.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { scheduleCursor } from '../../kernel/schedule.ts'
import type { Log } from '../../log/log.ts'
import type { Mark } from '../../log/segment.ts'
import type { LogStore } from '../../log/store.ts'
import type { BatchGroup } from '../groups/batch-group.ts'
import type { Bodies } from '../groups/snapshots.ts'
import { stoppedError } from '../groups/shutdown.ts'
import { HybridGroup } from '../groups/hybrid-group.ts'
import { Making } from './batch-run.ts'
import type { Results } from '../groups/batch-results.ts'
import { Retry } from './retry.ts'
import { RunLedger, type Put } from './batch-run-ledger.ts'

export interface BatchesOptions {
  readonly ir: PipelineIR
  readonly groups: readonly (BatchGroup | HybridGroup)[]
  readonly store: LogStore
  readonly log: Log
  readonly strings: Strings
  readonly results: Results
  readonly bodies: Bodies
  readonly clock: Clock
  readonly compute: Compute
  /** Runs of one group that the ledger keeps; for tests. */
  readonly kept?: number | undefined
  readonly onReport: (report: string) => void
}

/** A group and when its runs are due. */
interface Scheduled {
  readonly group: BatchGroup | HybridGroup
  readonly lastTime: (moment: number) => number
  readonly code: string
  /** The time of the last run that is done, UTC ms. */
  s: number
  readonly retry: Retry
  /** Begun by an earlier process, and to be taken up again. */
  left: RunRecord | undefined
  /** Asked for beside the schedule, and not begun. */
  asked: Asked | undefined
}

interface Asked extends PromiseWithResolvers<RunRecord> {
  /** When that was, UTC ms: the time that the run is of. */
  readonly s: number
}

export class Batches {
  readonly #options: BatchesOptions
  readonly #scheduled: readonly Scheduled[]
  readonly #stopping = new AbortController()
  readonly #ledger: RunLedger
  /** Done and not swapped in yet. */
  #ready: RunRecord[] = []
  #running: Promise<void> | undefined
  #making: Making | undefined
  #notBefore: number
  /** Told when a result waits to be swapped in. */
  onReady: () => void = () => {}

  constructor(options: BatchesOptions) {
    const { groups, store, bodies, log } = options
    this.#options = options
    this.#ledger = new RunLedger(store)
    this.#notBefore = this.#ledger.latest + 1
    this.#scheduled = groups.map(group => {
      const code = codeOf(group.group, group.source)
      const own = this.#ledger.of(group.group.name).filter(run => run.code === code)
      const last = own.findLast(run => run.state === 'done')
      if (last && last.swapped === undefined && (group instanceof HybridGroup ? bodies.prepare(group, last, log.end) : true))
        this.#ready.push(last)
      const latest = own.at(-1)
      if (group instanceof HybridGroup && latest?.state === 'failed') group.failure = failureOf(latest)
      return {
        group,
        lastTime: scheduleCursor(group.place.schedule),
        code,
        s: last?.s ?? -Infinity,
        retry: new Retry(),
        left: own.findLast(run => run.state === 'running'),
        asked: undefined,
      }
    })
  }

  /** What is appended is stamped this at least, UTC ms: later than the times of all runs. */
  get notBefore(): number {
    return this.#notBefore
  }

  /** Is a result waiting to be swapped in? */
  get hasReady(): boolean {
    return this.#ready.length > 0
  }

  /** Files of results that are needed, or are being written. */
  get files(): string[] {
    return [...this.#ledger.filesOf(this.#waiting), ...(this.#making?.files ?? [])]
  }

  /** No result that is needed, is being made or was asked for depends on an event that arrived before this, UTC ms: it may have to be made again. */
  get reach(): number {
    const reaches = this.#scheduled.map(
      ({ group: { group }, asked }) => Math.min(this.#ledger.earliest(group.name, this.#waiting), asked?.s ?? Infinity) - reachOf(group),
    )
    return Math.min(Infinity, ...reaches)
  }

  /** Does a group answer from this run, or a later one? */
  isInUse(group: string, number: number): boolean {
    return this.#scheduled.some(one => one.group.group.name === group && (one.group.run ?? 0) >= number)
  }

  /** A run of the ledger. */
  at(number: number): RunRecord {
    return this.#ledger.at(number)
  }

  /** Is every run that was due or asked for by then, UTC ms, made and in use? What failed is tried again at its time, and not waited for; nor is anything once it stops. */
  isMadeBy(t: number): boolean {
    if (this.#stopping.signal.aborted) return true
    const { clock, log } = this.#options
    return (
      this.#ready.length === 0 &&
      this.#scheduled.every(
        ({ group, asked, lastTime, s, retry }) =>
          log.eventsOf(group.group.source, log.end) === 0 || (!asked && (lastTime(t - 1) <= s || retry.isWaiting(clock()))),
      )
    )
  }

  /** Looks whether a run is due, unless one is being made. */
  tick(): void {
    if (this.#running || this.#stopping.signal.aborted || this.#scheduled.length === 0) return
    const { clock, log } = this.#options
    const now = Math.max(clock(), this.#notBefore)
    for (const one of this.#scheduled) {
      // Of nothing there is nothing to make.
      if (log.eventsOf(one.group.group.source, log.end) === 0) continue
      if (one.group instanceof HybridGroup && one.group.isReady) continue
      const due = one.lastTime(now - 1)
      const { left, asked } = one
      one.left = undefined
      if (left && left.s >= due) return this.#begin(one, { ...left, resumed: (left.resumed ?? 0) + 1 })
      if (asked) {
        one.asked = undefined
        return this.#begin(one, this.#newRun(one, 'demand', asked.s, now), asked)
      }
      if (!one.retry.isWaiting(clock()) && due > one.s) return this.#begin(one, this.#newRun(one, 'schedule', due, now))
    }
  }

  /**
   * Makes a run of a group beside its schedule, of this moment, as soon as none is being made. Resolves with what it did, and its result is then swapped in by the next
   * turn; rejects with `SPILL_INPUT` for a group that has no runs, with `SPILL_CONFLICT` where its source has no events, with `SPILL_STOPPED`, and with what it failed with: it is not tried again.
   */
  demand(group: string): Promise<RunRecord> {
    const one = this.#scheduled.find(({ group: { group: own } }) => own.name === group)
    if (!one) return Promise.reject(new SpillwayError('SPILL_INPUT', `group '${group}' is not placed batch or hybrid, and has no runs`))
    if (this.#stopping.signal.aborted) return Promise.reject(stoppedError())
    const { log } = this.#options
    const { source } = one.group.group
    // It would not begin before the first event came, and whoever asked would wait for that.
    if (log.eventsOf(source, log.end) === 0)
      return Promise.reject(
        new SpillwayError('SPILL_CONFLICT', `source '${source}' has no events yet: there is nothing to make a run of '${group}' from`),
      )
    one.asked ??= { ...Promise.withResolvers<RunRecord>(), s: this.#moment() }
    return one.asked.promise
  }

  /** The marks that swap in what is ready, and what to commit with them; the first of them becomes entry `entry` of the log, at `t`. */
  take(entry: number, t: number): { readonly marks: Mark[]; readonly put: readonly Put[] } {
    const ready = this.#ready
    this.#ready = []
    const put = ready.map((run, i) => this.#ledger.kept({ ...run, swapped: entry + i, swappedAt: t }))
    return { marks: ready.map(({ group, number, s }) => ({ kind: 'swap', group, run: number, s, t })), put }
  }

  /** Stops what is being made; it is taken up again by the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const one of this.#scheduled) one.asked?.reject(stoppedError())
    await this.#running
  }

  /** The time of all that the log has by now: what is appended later is stamped behind it, even if the clock stands still or goes back. */
  #moment(): number {
    const { clock, log } = this.#options
    const s = Math.max(clock(), log.notBefore, this.#notBefore)
    this.#notBefore = s + 1
    return s
  }

  /** Numbers of runs whose results wait to be swapped in. */
  get #waiting(): ReadonlySet<number> {
    return new Set(this.#ready.map(({ number }) => number))
  }

  #newRun({ group: { group, source }, code }: Scheduled, why: RunRecord['why'], s: number, began: number): RunRecord {
    const { log } = this.#options
    this.#notBefore = Math.max(this.#notBefore, s + 1)
    return {
      number: this.#ledger.next,
      group: group.name,
      why,
      s,
      cut: log.end,
      code,
      schema: log.schemas.current(source.name),
      began,
      state: 'running',
    }
  }

  #begin(one: Scheduled, record: RunRecord, asked?: Asked): void {
    this.#running = this.#make(one, record, asked).finally(() => {
      this.#running = undefined
      this.#making = undefined
    })
  }

  async #make(one: Scheduled, record: RunRecord, asked: Asked | undefined): Promise<void> {
    const { store, results, kept } = this.#options
    const { number, group, s } = record
    const ledger = this.#ledger
    const making = (this.#making = new Making({ ...this.#options, ledger, group: one.group, record }))
    const isLeft = (run: number): boolean => run === number || this.#scheduled.some(({ left }) => left?.number === run)
    try {
      // Behind everything that was appended so far: once it is durable, so is the cut.
      await store.commit({ put: [...ledger.brokenOff(isLeft), ledger.kept(record)] })
      const { values, done } = await making.make(this.#stopping.signal)
      const ended: RunRecord = { ...record, ended: this.#options.clock(), state: 'done', done }
      const put = [ledger.kept(ended), ...ledger.trimmed(group, new Set([...this.#waiting, number]), kept)]
      await store.commit({ put })
      one.s = Math.max(one.s, s)
      one.retry.reset()
      asked?.resolve(ended)
      if (values) results.give(values)
      if (one.group instanceof HybridGroup) one.group.failure = undefined
      this.#ready.push(ended)
      this.onReady()
    } catch (error) {
      await making.discard()
      asked?.reject(this.#stopping.signal.aborted ? stoppedError() : error)
      if (!this.#stopping.signal.aborted) await this.#failed(one, record, error as Error)
    }
  }

  /** Whoever asked for a run is told, and asks again; one of the schedule is tried again. */
  async #failed(one: Scheduled, record: RunRecord, { message }: Error): Promise<void> {
    const { store, clock, onReport } = this.#options
    const { group, s, why, number } = record
    if (why === 'schedule') {
      one.retry.failed(clock())
      onReport(`the batch run of group '${group}' of ${new Date(s).toISOString()} failed and is tried again: ${message}`)
    }
    const failed: RunRecord = { ...record, ended: clock(), state: 'failed', error: message }
    if (one.group instanceof HybridGroup) one.group.failure = failureOf(failed)
    await store.commit({ put: [this.#ledger.kept(failed), ...this.#ledger.withoutParts(number)] }).catch(() => {})
  }
}

const failureOf = ({ s, error }: RunRecord): string => `the batch run of ${new Date(s).toISOString()} failed: ${error}`
