/**
 * The batch runs of a run: computes the result of each group beside the loop, and swaps it in.
 *
 * The previous result is served until then, also after a failure. A stop or a crash leaves a run unfinished; the next process resumes it,
 * unless a later one is due. A swap is a marker in the log, so a replay gives the same decisions.
 */
import { SpillwayError } from '../../base/index.ts'
import { groupCode, runInUse, windowReach, type ComputeRun, type BatchRunRecord } from '../../batch/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { type JobClock, JobSchedule, JobScheduler, type Job, type JobAttempt, type JobStart, Retry } from '../../jobs/index.ts'
import type { Log, LogMarker, CommitWriter, NamedValues, SavedStates, SavedStateWriter, NamedWrite } from '../../log/index.ts'
import type { BatchGroup } from '../groups/batch-group.ts'
import type { BatchResults } from '../groups/batch-results.ts'
import type { HybridGroup } from '../groups/hybrid-group.ts'
import { BatchRunExecution } from './batch-run-execution.ts'
import { BatchRunLedger } from './batch-run-ledger.ts'

export interface BatchRunSchedulerOptions {
  readonly ir: PipelineIR
  readonly groups: readonly (BatchGroup | HybridGroup)[]
  readonly store: CommitWriter & NamedValues & SavedStates & SavedStateWriter
  readonly log: Log
  readonly batchResults: BatchResults
  readonly jobClock: JobClock
  readonly compute: ComputeRun
  /** Runs of one group that the ledger keeps; for tests. */
  readonly runsKept?: number | undefined
  readonly onReport: (report: string) => void
  /** Notified when a result waits for its swap. */
  readonly onReady: () => void
  /** Notified once a run has begun, and once it has ended. */
  readonly onJobChange?: (() => void) | undefined
}

export class BatchRunScheduler {
  /**
   * Rejects a request with `SPILL_INPUT` for a group without runs, and with `SPILL_PRECONDITION` if its source has no events. The next turn
   * after a run swaps its result in.
   */
  readonly jobs: JobScheduler<BatchRunRecord>
  readonly #groups: readonly ScheduledGroup[]
  readonly #ledger: BatchRunLedger

  constructor(options: BatchRunSchedulerOptions) {
    const { groups, store, jobClock } = options
    this.#ledger = new BatchRunLedger(store)
    jobClock.cover(this.#ledger.latest)
    this.#groups = groups.map(group => new ScheduledGroup(group, { ...options, ledger: this.#ledger }))
    const unknownJob = (group: string): Error =>
      new SpillwayError('SPILL_INPUT', `group '${group}' is not placed batch or hybrid, and has no runs`)
    this.jobs = new JobScheduler({ ...options, jobs: this.#groups, clock: jobClock, unknownJob })
  }

  /** Does a result wait for its swap? */
  get hasReady(): boolean {
    return this.#ledger.ready.length > 0
  }

  /** Files of results that are needed or being written. */
  get files(): string[] {
    return [...this.#ledger.files, ...this.#groups.flatMap(({ execution }) => [...(execution?.files ?? [])])]
  }

  /** Earliest arrival that a needed, running or requested result depends on, UTC ms: it may have to be computed again. */
  get reach(): number {
    const reaches = this.#groups.map(
      ({ name, group: { group } }) => Math.min(this.#ledger.earliest(name), this.jobs.requestTime(name) ?? Infinity) - windowReach(group),
    )
    return Math.min(Infinity, ...reaches)
  }

  /** Does a group serve this run, or a later one? */
  isInUse(name: string, number: number): boolean {
    return this.#groups.some(scheduled => scheduled.name === name && (scheduled.group.batchRun ?? 0) >= number)
  }

  /** A run of the ledger. */
  at(number: number): BatchRunRecord {
    return this.#ledger.at(number)!
  }

  /**
   * The markers that swap in finished results, and the values to commit with them. The first marker becomes entry `entry` of the log, at
   * `t`.
   */
  swapMarkers(entry: number, t: number): { readonly markers: LogMarker[]; readonly put: readonly NamedWrite[] } {
    const { ready } = this.#ledger
    this.#ledger.ready = []
    const put = ready.map((run, i) => this.#ledger.put({ ...run, swapped: entry + i, swappedAt: t }))
    return { markers: ready.map(({ group, number, s }) => ({ kind: 'swap', group, run: number, s, t })), put }
  }
}

type ScheduledGroupOptions = BatchRunSchedulerOptions & { readonly ledger: BatchRunLedger }

/** The runs of one group. */
class ScheduledGroup implements Job<BatchRunRecord> {
  readonly name: string
  readonly group: BatchGroup | HybridGroup
  readonly retry = new Retry()
  /** The run in progress. */
  execution: BatchRunExecution | undefined
  readonly #options: ScheduledGroupOptions
  readonly #code: string
  readonly #schedule: JobSchedule
  /** An unfinished run of an earlier process. */
  #unfinished: BatchRunRecord | undefined

  constructor(group: BatchGroup | HybridGroup, options: ScheduledGroupOptions) {
    const { ledger, batchResults, log } = options
    this.name = group.group.name
    this.group = group
    this.#options = options
    this.#code = groupCode(group.group, group.source)
    const allRuns = ledger.runsOf(this.name)
    const runs = allRuns.filter(run => run.code === this.#code)
    const last = runs.findLast(run => run.state === 'done')
    if (last && last.swapped === undefined) {
      batchResults.prepare(group, last, log.end)
      ledger.ready.push(last)
    }
    const latest = runs.at(-1)
    if (latest?.state === 'failed') this.#setFailure(latest)
    // After the swap of another definition's result the group has no values until its next run.
    const isReplaced = last?.swapped !== undefined && runInUse(allRuns, this.name, this.#code) !== last
    this.#schedule = new JobSchedule(group.place.schedule, isReplaced ? undefined : last?.s)
    this.#unfinished = runs.findLast(run => run.state === 'running')
    if (this.#unfinished) ledger.resumable.add(this.#unfinished.number)
  }

  /** The layers of a hybrid group wait for their swap. */
  get isBlocked(): boolean {
    return this.group.isReady
  }

  /** A source without events has nothing to compute. */
  get #hasEvents(): boolean {
    const { log } = this.#options
    return log.countEventsBefore(this.group.group.source, log.end) > 0
  }

  unfinished(now: number): JobStart | undefined {
    const run = this.#unfinished
    return run && run.s >= this.#schedule.last(now) ? { why: run.why, s: run.s, resumes: run.number } : undefined
  }

  due(now: number): JobStart | undefined {
    const s = this.#schedule.due(now)
    return s !== undefined && this.#hasEvents ? { why: 'schedule', s } : undefined
  }

  /** The run would start with the first event, and the caller would wait for that. */
  checkRequest(): void {
    const { source } = this.group.group
    if (!this.#hasEvents)
      throw new SpillwayError(
        'SPILL_PRECONDITION',
        `source '${source}' has no events yet: there is nothing to make a run of '${this.name}' from`,
      )
  }

  begin(start: JobStart, began: number): JobAttempt<BatchRunRecord> {
    const { ledger, store, log, jobClock, batchResults, runsKept, onReady } = this.#options
    const record = this.#recordOf(start, began)
    const { number, s, why } = record
    const preparation = batchResults.prepareRun(this.group, record, log.end)
    const execution = new BatchRunExecution({ ...this.#options, group: this.group, record, preparation })
    this.execution = execution
    // A run that is not resumed now never will be.
    if (this.#unfinished && start.resumes === undefined) ledger.resumable.delete(this.#unfinished.number)
    this.#unfinished = undefined
    return {
      put: ledger.begin(record, runsKept),
      run: async signal => {
        try {
          const done = await execution.run(signal)
          const ended: BatchRunRecord = { ...record, ended: jobClock.wall(), state: 'done', done }
          await store.commit({ put: ledger.finish(ended, runsKept) })
          this.#schedule.complete(s)
          this.#setFailure(undefined)
          ledger.addReady(ended)
          onReady()
          return ended
        } catch (error) {
          await execution.discard()
          throw error
        } finally {
          this.execution = undefined
        }
      },
      describe: outcome => `the batch run of group '${this.name}' of ${new Date(s).toISOString()} ${outcome}`,
      fail: ({ message }, isFinal) => {
        if (isFinal && why === 'schedule') this.#schedule.complete(s)
        const failed: BatchRunRecord = { ...record, ended: jobClock.wall(), state: 'failed', error: message }
        this.#setFailure(failed)
        return [ledger.put(failed), ...ledger.dropParts(number)]
      },
    }
  }

  #recordOf({ why, s, resumes }: JobStart, began: number): BatchRunRecord {
    const { ledger, log } = this.#options
    const unfinished = resumes === undefined ? undefined : ledger.at(resumes)
    if (unfinished) return { ...unfinished, resumed: (unfinished.resumed ?? 0) + 1 }
    return {
      number: ledger.next,
      group: this.name,
      why: why === 'demand' ? 'demand' : 'schedule',
      s,
      cut: log.end,
      code: this.#code,
      schema: log.schemas.current(this.group.source.name),
      began,
      state: 'running',
    }
  }

  #setFailure(failed: BatchRunRecord | undefined): void {
    this.group.setFailure(failed && `the batch run of ${new Date(failed.s).toISOString()} failed: ${failed.error}`)
  }
}
