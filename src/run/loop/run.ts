/**
 * A running pipeline: records in, decisions out. Acknowledged events survive a crash at any moment.
 *
 * One loop on one thread. A turn appends the received records to the log, applies them to the features, and decides. The records of a turn
 * and all that follows from them are one commit, which a thread of the store writes during the next turns (`turns.ts`). Events are
 * acknowledged, and decisions published, once their commit is durable. Sources pause while too many records wait.
 */
import { pause, unknownNameError, SpillwayError, type TraceContext } from '../../base/index.ts'
import type { RecordBatch } from '../../intake/index.ts'
import type { CancelOptions } from '../../jobs/index.ts'
import type { BatchRunRecord, ReportRun } from '../../batch/index.ts'
import { positionKey, type Commit, type DeadLetterChange, type EffectChange, type NamedWrite } from '../../log/index.ts'
import type { ModelVersion } from '../../training/registry/index.ts'
import type { IdRoom, IngestReceipt } from '../ingest/appender.ts'
import type { PendingDecision } from '../ingest/decision-requests.ts'
import { PendingReplies } from '../ingest/pending-replies.ts'
import { Committer } from './committer.ts'
import type { RunCounters } from './run-counters.ts'
import type { Decider } from '../decide/decider.ts'
import type { FreshnessTracker } from '../decide/freshness.ts'
import { Shutdown, stoppedError } from './shutdown.ts'
import { Inbox, type NamedPosition, type Submission } from '../ingest/inbox.ts'
import type { Runnable } from '../recovery/open-pipeline.ts'
import { Pace } from './pace.ts'
import { composeRun, type RunComponents, type RunJobKind, type RunOptions } from './composition-root.ts'
import type { FeatureQuery, ServedFeatures, ServedFeatureRow } from '../groups/feature-reader.ts'
import type { RecordedDecision } from '../decide/recorded-decision.ts'
import type { StageRecorder } from '../decide/stage-recorder.ts'
import { Turns } from './turns.ts'

export class Run {
  readonly #store: RunOptions['store']
  readonly #onRecorded: RunOptions['onRecorded']
  readonly #pipeline: string
  readonly #sources: readonly string[]
  readonly #components: RunComponents
  readonly #inbox = new Inbox()
  readonly #committer: Committer
  readonly #turns: Turns
  readonly #pace: Pace
  readonly #shutdown: Shutdown
  #stopping: Promise<void> | undefined

  /** Opens a pipeline over a store and replays its log. Throws as `composeRun` does. */
  constructor(runnable: Runnable, options: RunOptions) {
    const { ir } = runnable
    ;({ store: this.#store, onRecorded: this.#onRecorded } = options)
    ;[this.#pipeline, this.#sources] = [ir.name, ir.sources.map(({ name }) => name)]
    const components = (this.#components = composeRun(runnable, options, () => this.#pace.schedule()))
    const pendingReplies = new PendingReplies(options.store)
    this.#shutdown = new Shutdown(error => {
      for (const pending of [this.#inbox, pendingReplies, components.requests, components.trainings]) pending.reject(error)
      for (const scheduler of components.schedulers) void scheduler.stop(error)
    })
    const committer = (this.#committer = new Committer({
      ...options,
      run: this,
      pipeline: ir.name,
      components,
      pendingReplies,
      onFailure: this.fail,
      onCommitEnd: () => this.#pace.schedule(),
    }))
    const turns = (this.#turns = new Turns({ components, inbox: this.#inbox, pendingReplies, committer, onReport: options.onReport }))
    this.#pace = new Pace({
      hasWork: () => this.#attempt(() => turns.hasWork) === true,
      inFlight: () => committer.inFlight,
      isBehind: () => !components.decisionQueue.isIdle,
      turn: () => this.#attempt(() => turns.runTurn()),
      after: options.paceAfter,
    })
    if (components.firstCommit) void committer.commit(components.firstCommit)
    this.#pace.schedule()
  }

  /** The components while the run takes requests. Throws `SPILL_STOPPED` once it stops. */
  get #running(): RunComponents {
    this.#shutdown.check()
    return this.#components
  }

  /** Counters of this process, since its start. */
  get counts(): RunCounters {
    return this.#committer.counts
  }

  /** The models and their feature groups, for metrics. */
  get decider(): Decider {
    return this.#components.decider
  }

  /** Ages of feature groups, and delays of their sources. */
  get freshness(): FreshnessTracker {
    return this.#components.freshness
  }

  /** The sequence number of the log's next entry. */
  get end(): number {
    return this.#components.log.end
  }

  /** Records that wait for a turn. */
  get waiting(): number {
    return this.#inbox.records
  }

  /** Are sources held back until older ids leave `dedupe` (DEDUPE_IDS_MAX)? */
  get isHeldBack(): boolean {
    return this.#turns.isHeldBack
  }

  /** Room for more ids of a source: one for each index of its ids; empty if its events have none. */
  idRooms = (source: string): readonly IdRoom[] => this.#components.appender.idRooms(source, this.#components.clock())

  /** Resolves when the run has stopped; rejects when it has failed. */
  get ended(): Promise<void> {
    return this.#shutdown.ended
  }

  /** Fails the run: later turns would depend on what `error` prevented. */
  fail = (error: unknown): void => this.#shutdown.fail(error)

  /**
   * Submits records to a source. Resolves with a receipt when the result is durable. `position` is committed with the records, so that
   * reading resumes after them. `deadLetter`: the dead letter from which the one record comes. Rejects with `SPILL_NOT_FOUND` for an
   * unknown source, with `SPILL_STOPPED` once the run stops, and when the run fails: nothing was acknowledged then.
   */
  submit(source: string, batch: RecordBatch, position?: NamedPosition, deadLetter?: number): Promise<IngestReceipt> {
    return this.#submit({ source, batch, position, deadLetter })
  }

  /** Requests a decision, which sees everything before it. Throws `SPILL_INPUT` for invalid fields, `SPILL_STOPPED` once the run stops. */
  requestDecision(model: string, fields: unknown, trace?: TraceContext): PendingDecision {
    const decision = this.#running.requests.add(model, fields, trace)
    this.#pace.schedule()
    return decision
  }

  /** As `requestDecision`; resolves when the decision is durable. */
  request = async (model: string, fields: unknown): Promise<RecordedDecision> => this.requestDecision(model, fields).durable

  /** Submits records. `decided` resolves with their decisions (a duplicate has its event's), `receipt` once these are durable. */
  decide(source: string, batch: RecordBatch): { decided: Promise<readonly RecordedDecision[]>; receipt: Promise<IngestReceipt> } {
    const { promise: decided, resolve, reject } = Promise.withResolvers<readonly RecordedDecision[]>()
    const receipt = this.#submit({ source, batch, position: undefined, reply: { resolve, reject } })
    // A caller may wait for one promise alone.
    decided.catch(() => {})
    receipt.catch(reject)
    return { decided, receipt }
  }

  /** Current features of keys, all as of one time: as objects, or mapped by `make`. Throws as `FeatureReader` does. */
  features<T = ServedFeatures>(queries: readonly FeatureQuery[], make?: (row: ServedFeatureRow) => T): T[] {
    this.#shutdown.check()
    this.#pace.schedule()
    return this.#components.featureReader.read(queries, make)
  }

  /** Makes a batch run of a group now. Resolves once the result is in use. Rejects as `BatchRunScheduler.jobs` does. */
  batch = async (group: string): Promise<BatchRunRecord> => {
    const { batchRuns } = this.#running
    if (!batchRuns) throw new SpillwayError('SPILL_UNSUPPORTED', 'this run makes no batch runs')
    const { number } = await batchRuns.jobs.request(group)
    await this.#until(() => batchRuns.isInUse(group, number))
    // This commit follows the swap, so the swap is durable when it is.
    await this.#store.commit({})
    return batchRuns.at(number)
  }

  /** Trains a model now. Resolves with the new version. Rejects as `TrainingScheduler.trainNow` does. */
  train = async (model: string): Promise<ModelVersion> => this.#running.trainings.trainNow(model)

  /** Promotes a version; 0 is the score of the definition. Resolves when it is in the log. Rejects as `TrainingScheduler.promote` does. */
  promote = async (model: string, version: number, why: string): Promise<void> => this.#running.trainings.promote(model, version, why)

  /** Makes a report now. Resolves once it is written. Rejects as `reportScheduler` does. */
  report = async (name: string): Promise<ReportRun> => {
    const { reports } = this.#running
    if (!reports) throw new SpillwayError('SPILL_UNSUPPORTED', 'this run makes no reports')
    return reports.request(name)
  }

  /** Cancels a job of a group, a report or a model, as `JobScheduler.cancel` does; false for a job that this run does not have. */
  cancelJob = async (kind: RunJobKind, name: string, options?: CancelOptions): Promise<boolean> =>
    this.#running.schedulersByKind[kind]?.cancel(name, options) ?? false

  /** Stops the jobs and rejects their requests, before a server waits for those. The next process makes the jobs again. */
  stopJobs = async (): Promise<unknown> => Promise.all(this.#components.schedulers.map(scheduler => scheduler.stop(stoppedError())))

  /** Records changes of effects and dead letters; resolves when they are durable. Continues to work while the run stops. */
  async settle(effectChanges: readonly EffectChange[], deadLetterChanges: readonly DeadLetterChange[] = []): Promise<void> {
    await this.#commit({ effectChanges, deadLetterChanges })
    this.#onRecorded?.()
  }

  /** Commits named values on which no decision depends, such as time series; resolves when they are durable. Works as long as `settle`. */
  commitValues = (put: readonly NamedWrite[]): Promise<void> => this.#commit({ put })

  async #commit(commit: Commit): Promise<void> {
    if (this.#shutdown.isOver) this.#shutdown.check()
    await this.#orFail(this.#store.commit(commit))
  }

  /** Resolves when there is room for more records. */
  whenRoom = (): Promise<void> => this.#inbox.whenRoom()

  /** The position of a reader that was committed last, by the name under which it is stored. */
  committedPosition = (name: string): string | undefined => this.#store.get(positionKey(name))

  /** Resolves when all that is not held back is decided and durable, with all jobs due by `due`, UTC ms, or when the run has failed. */
  async whenIdle(due?: number): Promise<void> {
    const { checkpointer, schedulers } = this.#components
    const isMade = (): boolean => due === undefined || schedulers.every(scheduler => scheduler.isDoneBy(due))
    await this.#until(() => isMade() && this.#turns.isIdle && this.#committer.inFlight === 0 && checkpointer.isIdle)
  }

  /** Accepts nothing more, waits for submitted records, saves state, and closes the store once its `readers` have ended. */
  stop(readers: Promise<unknown> = Promise.resolve()): Promise<void> {
    this.#shutdown.begin()
    return (this.#stopping ??= this.#stop(readers))
  }

  async #stop(readers: Promise<unknown>): Promise<void> {
    await this.stopJobs()
    await this.#components.trainings.whenPromoted()
    await this.whenIdle()
    this.#inbox.reject(new SpillwayError('SPILL_LIMIT', 'the run was stopped while this was held back (DEDUPE_IDS_MAX); send it again'))
    this.checkpoint()
    await this.#until(() => this.#components.checkpointer.isIdle && this.#committer.inFlight === 0)
    this.#attempt(() => this.#committer.flushStages(true))
    this.#shutdown.close(stoppedError())
    await readers
    await this.#orFail(this.#store.close())
    this.#shutdown.stopped()
  }

  async #orFail(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.fail(error)
      throw error
    }
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!this.#shutdown.hasFailed && !holds()) {
      this.#components.checkpointer.saveNext()
      await pause(1)
    }
  }

  /** Begins to save state, unless a save is in progress or few entries (`behind`) came since the last. Returns whether it began. */
  checkpoint(behind = 0): boolean {
    const { checkpointer, log } = this.#components
    const hasBegun = this.#attempt(() => checkpointer.begin(log.end, behind))
    this.#attempt(() => checkpointer.saveNext())
    return hasBegun === true
  }

  /** Stage times of decisions. */
  get stages(): StageRecorder {
    return this.#components.stageRecorder
  }

  /** Commits the measurements since the last flush. */
  flushStages(): void {
    this.#attempt(() => this.#committer.flushStages())
  }

  /** Starts due ticks and jobs; whoever moves the clock calls it. Returns the time of the next tick, UTC ms; Infinity if no model ticks. */
  tick(): number {
    this.#attempt(() => {
      this.#components.checkpointer.saveNext()
      for (const scheduler of this.#components.schedulers) scheduler.tick()
    })
    this.#turns.releaseHold()
    this.#pace.schedule()
    return this.#components.ticks.next
  }

  async #submit(input: Submission): Promise<IngestReceipt> {
    this.#shutdown.check()
    if (!this.#sources.includes(input.source)) throw unknownNameError(this.#pipeline, 'source', input.source, this.#sources)
    const receipt = this.#inbox.add(input)
    this.#pace.schedule()
    return receipt
  }

  /** Carries out work of the loop, unless the run is over. An error ends the run: timers call this, and nobody could catch it there. */
  #attempt<T>(work: () => T): T | undefined {
    if (this.#shutdown.isOver) return undefined
    try {
      return work()
    } catch (error) {
      this.fail(error)
      return undefined
    }
  }
}
