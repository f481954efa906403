/**
 * Schedules the batch runs of a run: starts each when it is due, beside the loop, and swaps its result in.
 *
 * A run at `s` starts once the clock has passed `s`. No later entry is stamped `s` or before, whatever the clock does, and its cut is
 * durable before it reads the log. One run is in progress at a time. Of missed runs only the last is made. A run that outlasts its period
 * is followed by the run of the last due time. A failed run is retried, and the previous result is served until then. An unfinished run is
 * resumed by the next process, unless a later one is due. A swap is a marker in the log, so a replay gives the same decisions.
 */
import { SpillwayError } from '../../base/errors.ts'
import type { Clock } from '../../base/clock.ts'
import { groupCode } from '../../batch/group-code.ts'
import { windowReach } from '../../batch/job-events.ts'
import type { ComputeRun } from '../../batch/job.ts'
import type { BatchRunRecord } from '../../batch/ledger.ts'
import type { Strings } from '../../columns/strings.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { scheduleCursor } from '../../kernel/schedule.ts'
import type { Log } from '../../log/log.ts'
import type { LogMarker } from '../../log/segment.ts'
import type { CommitWriter, NamedValues, SavedStates, SavedStateWriter } from '../../log/store.ts'
import type { BatchGroup } from '../groups/batch-group.ts'
import type { Snapshots } from '../groups/snapshots.ts'
import { stoppedError } from '../groups/shutdown.ts'
import { HybridGroup } from '../groups/hybrid-group.ts'
import { BatchRunExecution } from './batch-run.ts'
import type { BatchResults } from '../groups/batch-results.ts'
import { Retry } from './retry.ts'
import { BatchRunLedger, type NamedValueChange } from './batch-run-ledger.ts'

export interface BatchRunSchedulerOptions {
  readonly ir: PipelineIR
  readonly groups: readonly (BatchGroup | HybridGroup)[]
  readonly store: CommitWriter & NamedValues & SavedStates & SavedStateWriter
  readonly log: Log
  readonly strings: Strings
  readonly batchResults: BatchResults
  readonly snapshots: Snapshots
  readonly clock: Clock
  readonly compute: ComputeRun
  /** Runs of one group that the ledger keeps; for tests. */
  readonly runsKept?: number | undefined
  readonly onReport: (report: string) => void
}

/** A group and its schedule. */
interface ScheduledGroup {
  readonly group: BatchGroup | HybridGroup
  readonly lastTime: (moment: number) => number
  readonly code: string
  /** Time of the last finished run, UTC ms. */
  s: number
  readonly retry: Retry
  /** An unfinished run of an earlier process, to be resumed. */
  unfinished: BatchRunRecord | undefined
  /** A requested run that has not started. */
  request: RunRequest | undefined
}

interface RunRequest extends PromiseWithResolvers<BatchRunRecord> {
  /** Time of the request, UTC ms, which is the time of the run. */
  readonly s: number
}

/** The batch runs of all groups. */
export class BatchRunScheduler {
  readonly #options: BatchRunSchedulerOptions
  readonly #scheduled: readonly ScheduledGroup[]
  readonly #stopping = new AbortController()
  readonly #ledger: BatchRunLedger
  /** Finished runs that wait for their swap. */
  #ready: BatchRunRecord[] = []
  #running: Promise<void> | undefined
  #current: BatchRunExecution | undefined
  #notBefore: number
  /** Notified when a result waits for its swap. */
  onReady: () => void = () => {}

  constructor(options: BatchRunSchedulerOptions) {
    const { groups, store, snapshots: bodies, log } = options
    this.#options = options
    this.#ledger = new BatchRunLedger(store)
    this.#notBefore = this.#ledger.latest + 1
    this.#scheduled = groups.map(group => {
      const code = groupCode(group.group, group.source)
      const own = this.#ledger.runsOf(group.group.name).filter(run => run.code === code)
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
        unfinished: own.findLast(run => run.state === 'running'),
        request: undefined,
      }
    })
  }

  /** Lower bound for the stamps of later entries, UTC ms: above the times of all runs. */
  get notBefore(): number {
    return this.#notBefore
  }

  /** Does a result wait for its swap? */
  get hasReady(): boolean {
    return this.#ready.length > 0
  }

  /** Files of results that are needed or being written. */
  get files(): string[] {
    return [...this.#ledger.filesOf(this.#waiting), ...(this.#current?.files ?? [])]
  }

  /** Earliest arrival that a needed, running or requested result depends on, UTC ms: it may have to be computed again. */
  get reach(): number {
    const reaches = this.#scheduled.map(
      ({ group: { group }, request }) =>
        Math.min(this.#ledger.earliest(group.name, this.#waiting), request?.s ?? Infinity) - windowReach(group),
    )
    return Math.min(Infinity, ...reaches)
  }

  /** Does a group serve this run, or a later one? */
  isInUse(group: string, number: number): boolean {
    return this.#scheduled.some(scheduled => scheduled.group.group.name === group && (scheduled.group.run ?? 0) >= number)
  }

  /** A run of the ledger. */
  at(number: number): BatchRunRecord {
    return this.#ledger.at(number)
  }

  /**
   * Are all runs that were due or requested by `t`, UTC ms, done and in use? Retries that wait do not count, nor does anything once it
   * stops.
   */
  isDoneBy(t: number): boolean {
    if (this.#stopping.signal.aborted) return true
    const { clock, log } = this.#options
    return (
      this.#ready.length === 0 &&
      this.#scheduled.every(
        ({ group, request, lastTime, s, retry }) =>
          log.countEventsBefore(group.group.source, log.end) === 0 || (!request && (lastTime(t - 1) <= s || retry.isWaiting(clock()))),
      )
    )
  }

  /** Starts a due run, unless one is in progress. */
  tick(): void {
    if (this.#running || this.#stopping.signal.aborted || this.#scheduled.length === 0) return
    const { clock, log } = this.#options
    const now = Math.max(clock(), this.#notBefore)
    for (const scheduled of this.#scheduled) {
      // A source without events has nothing to compute.
      if (log.countEventsBefore(scheduled.group.group.source, log.end) === 0) continue
      if (scheduled.group instanceof HybridGroup && scheduled.group.isReady) continue
      const due = scheduled.lastTime(now - 1)
      const { unfinished, request } = scheduled
      scheduled.unfinished = undefined
      if (unfinished && unfinished.s >= due) return this.#startRun(scheduled, { ...unfinished, resumed: (unfinished.resumed ?? 0) + 1 })
      if (request) {
        scheduled.request = undefined
        return this.#startRun(scheduled, this.#newRun(scheduled, 'demand', request.s, now), request)
      }
      if (!scheduled.retry.isWaiting(clock()) && due > scheduled.s)
        return this.#startRun(scheduled, this.#newRun(scheduled, 'schedule', due, now))
    }
  }

  /**
   * Requests a run of a group as of now; it starts as soon as none is in progress. Resolves with its record; the next turn swaps the result
   * in. Rejects with `SPILL_INPUT` for a group without runs, with `SPILL_CONFLICT` if its source has no events, with `SPILL_STOPPED`, and
   * with the error of the run, which is not retried.
   */
  runNow(group: string): Promise<BatchRunRecord> {
    const scheduled = this.#scheduled.find(({ group: { group: own } }) => own.name === group)
    if (!scheduled)
      return Promise.reject(new SpillwayError('SPILL_INPUT', `group '${group}' is not placed batch or hybrid, and has no runs`))
    if (this.#stopping.signal.aborted) return Promise.reject(stoppedError())
    const { log } = this.#options
    const { source } = scheduled.group.group
    // The run would start with the first event, and the caller would wait for that.
    if (log.countEventsBefore(source, log.end) === 0)
      return Promise.reject(
        new SpillwayError('SPILL_CONFLICT', `source '${source}' has no events yet: there is nothing to make a run of '${group}' from`),
      )
    scheduled.request ??= { ...Promise.withResolvers<BatchRunRecord>(), s: this.#stampTime() }
    return scheduled.request.promise
  }

  /**
   * The markers that swap in finished results, and the values to commit with them. The first marker becomes entry `entry` of the log, at
   * `t`.
   */
  swapMarkers(entry: number, t: number): { readonly marks: LogMarker[]; readonly put: readonly NamedValueChange[] } {
    const ready = this.#ready
    this.#ready = []
    const put = ready.map((run, i) => this.#ledger.put({ ...run, swapped: entry + i, swappedAt: t }))
    return { marks: ready.map(({ group, number, s }) => ({ kind: 'swap', group, run: number, s, t })), put }
  }

  /** Stops the run in progress; the next start resumes it. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const scheduled of this.#scheduled) scheduled.request?.reject(stoppedError())
    await this.#running
  }

  /** A time that covers all entries so far: later entries are stamped above it, even if the clock stands still or goes back. */
  #stampTime(): number {
    const { clock, log } = this.#options
    const s = Math.max(clock(), log.notBefore, this.#notBefore)
    this.#notBefore = s + 1
    return s
  }

  /** Numbers of runs that wait for their swap. */
  get #waiting(): ReadonlySet<number> {
    return new Set(this.#ready.map(({ number }) => number))
  }

  #newRun({ group: { group, source }, code }: ScheduledGroup, why: BatchRunRecord['why'], s: number, began: number): BatchRunRecord {
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

  #startRun(scheduled: ScheduledGroup, record: BatchRunRecord, request?: RunRequest): void {
    this.#running = this.#makeRun(scheduled, record, request).finally(() => {
      this.#running = undefined
      this.#current = undefined
    })
  }

  async #makeRun(scheduled: ScheduledGroup, record: BatchRunRecord, request: RunRequest | undefined): Promise<void> {
    const { store, batchResults: results, runsKept: kept } = this.#options
    const { number, group, s } = record
    const ledger = this.#ledger
    const batchRun = (this.#current = new BatchRunExecution({ ...this.#options, ledger, group: scheduled.group, record }))
    const isLeft = (run: number): boolean => run === number || this.#scheduled.some(({ unfinished }) => unfinished?.number === run)
    try {
      // This commit follows all earlier entries, so the cut is durable when it is.
      await store.commit({ put: [...ledger.markBrokenOff(isLeft), ledger.put(record)] })
      const { values, done } = await batchRun.run(this.#stopping.signal)
      const ended: BatchRunRecord = { ...record, ended: this.#options.clock(), state: 'done', done }
      const put = [ledger.put(ended), ...ledger.trim(group, new Set([...this.#waiting, number]), kept)]
      await store.commit({ put })
      scheduled.s = Math.max(scheduled.s, s)
      scheduled.retry.reset()
      request?.resolve(ended)
      if (values) results.add(values)
      if (scheduled.group instanceof HybridGroup) scheduled.group.failure = undefined
      this.#ready.push(ended)
      this.onReady()
    } catch (error) {
      await batchRun.discard()
      request?.reject(this.#stopping.signal.aborted ? stoppedError() : error)
      if (!this.#stopping.signal.aborted) await this.#recordFailure(scheduled, record, error as Error)
    }
  }

  /** A requested run is not retried: the caller gets the error. A scheduled run is retried. */
  async #recordFailure(scheduled: ScheduledGroup, record: BatchRunRecord, { message }: Error): Promise<void> {
    const { store, clock, onReport } = this.#options
    const { group, s, why, number } = record
    if (why === 'schedule') {
      scheduled.retry.failed(clock())
      onReport(`the batch run of group '${group}' of ${new Date(s).toISOString()} failed and is tried again: ${message}`)
    }
    const failed: BatchRunRecord = { ...record, ended: clock(), state: 'failed', error: message }
    if (scheduled.group instanceof HybridGroup) scheduled.group.failure = failureOf(failed)
    await store.commit({ put: [this.#ledger.put(failed), ...this.#ledger.dropParts(number)] }).catch(() => {})
  }
}

const failureOf = ({ s, error }: BatchRunRecord): string => `the batch run of ${new Date(s).toISOString()} failed: ${error}`
