/**
 * A pipeline that runs: records in, decisions out, and everything that was acknowledged safe on the disk.
 *
 * One loop on one thread. A turn takes what has come in, gives it its place in the log, applies it to the features and decides; segment, decisions,
 * dead letters and the positions of sources are one commit, which a thread of the store's writes while the next turn goes on. Nothing is
 * acknowledged, and no decision is told to anyone, before its commit is durable. Memory is bounded: sources are held back when too much waits.
 */
import { pause } from '../../base/clock.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { SpillwayError } from '../../base/errors.ts'
import type { RecordBatch } from '../../intake/batch.ts'
import type { RunRecord } from '../../batch/ledger.ts'
import type { MadeReport } from '../../batch/report-ledger.ts'
import type { EffectChange } from '../../log/effects.ts'
import type { Version } from '../../training/registry/version.ts'
import type { Receipt } from '../ingest/appender.ts'
import type { Asking } from '../ingest/decision-requests.ts'
import { Awaiting } from '../ingest/pending-replies.ts'
import { Committing } from './committer.ts'
import type { Counts } from './run-counters.ts'
import type { Decider } from '../decide/decider.ts'
import { Ending, stoppedError } from '../groups/shutdown.ts'
import { Inbox, type Cursor, type Submitted } from '../ingest/inbox.ts'
import type { Runnable } from '../recovery/opening.ts'
import { Pace } from './pace.ts'
import { partsOf, type Parts, type RunOptions } from './run-parts.ts'
import type { LiveAsk, LiveFeatures, LiveRow } from '../groups/feature-reader.ts'
import type { RecordedDecision } from '../decide/recorded-decision.ts'
import { Repeats } from '../ingest/duplicate-replies.ts'
import type { Stages } from '../decide/stage-recorder.ts'
import { Turns } from './turns.ts'

export class Run {
  readonly #store: RunOptions['store']
  readonly #onRecorded: RunOptions['onRecorded']
  readonly #pipeline: string
  readonly #sources: readonly string[]
  readonly #parts: Parts
  readonly #inbox = new Inbox()
  readonly #committing: Committing
  readonly #turns: Turns
  readonly #pace: Pace
  readonly #ending: Ending
  #stopping: Promise<void> | undefined

  /** Opens a pipeline over a store and takes its log again. Throws as `partsOf` does. */
  constructor(runnable: Runnable, options: RunOptions) {
    const { ir } = runnable
    this.#store = options.store
    this.#onRecorded = options.onRecorded
    this.#pipeline = ir.name
    this.#sources = ir.sources.map(({ name }) => name)
    const parts = (this.#parts = partsOf(runnable, options))
    const inbox = this.#inbox
    const repeats = new Repeats(options.store)
    const awaiting = new Awaiting(repeats)
    const ending = (this.#ending = new Ending(error => {
      for (const waiting of [inbox, awaiting, parts.asked, parts.trainings]) waiting.refuse(error)
    }))
    const committing = (this.#committing = new Committing({
      ...options,
      run: this,
      pipeline: ir.name,
      parts,
      repeats,
      onFailure: error => ending.fail(error),
      onLanded: () => this.#pace.look(),
    }))
    const turns = (this.#turns = new Turns({ parts, inbox, awaiting, committing, onReport: options.onReport }))
    this.#pace = new Pace({
      hasWork: () => !ending.isOver && turns.hasWork,
      inFlight: () => committing.inFlight,
      isBehind: () => !parts.deciding.isIdle,
      turn: () => this.#turn(),
      after: options.paceAfter,
    })
    for (const beside of [parts.batches, parts.trainings]) if (beside) beside.onReady = () => this.#pace.look()
    if (parts.first) void committing.commit(parts.first)
    this.#pace.look()
  }

  /** Of this process, since it started. */
  get counts(): Counts {
    return this.#committing.counts
  }

  /** State by group, to be measured. */
  get decider(): Decider {
    return this.#parts.decider
  }

  /** The sequence number of the log's next entry. */
  get end(): number {
    return this.#parts.log.end
  }

  /** Records that wait for their turn. */
  get waiting(): number {
    return this.#inbox.records
  }

  /** Are sources held back until ids within `dedupe` have become older (DEDUPE_IDS_MAX)? */
  get isHeldBack(): boolean {
    return this.#turns.isHeldBack
  }

  /** Resolves when the run has ended: stopped, or failed, and then rejects. */
  get ended(): Promise<void> {
    return this.#ending.ended
  }

  /**
   * Gives records to a source; resolves when what became of them is durable. `cursor` is committed with them, so that reading goes on behind them
   * after a crash. `letter` is the dead letter that the batch's one record was (`dead-letter-batch.ts`). Rejects with `SPILL_INPUT` for a source that there is not, with
   * `SPILL_STOPPED` once the run stops, and if it fails: then nothing of them was acknowledged, and they may be sent again.
   */
  submit(source: string, batch: RecordBatch, cursor?: Cursor, letter?: number): Promise<Receipt> {
    return this.#take({ source, batch, cursor, letter })
  }

  /**
   * Asks a model that decides on request. The request takes a place in the log's order, and knows everything before it. Throws `SPILL_INPUT` for fields that are
   * not the request's, and `SPILL_STOPPED` once the run stops.
   */
  ask(model: string, fields: unknown): Asking {
    this.#ending.check()
    const asking = this.#parts.asked.add(model, fields)
    this.#pace.look()
    return asking
  }

  /** As `ask`, when the decision is durable. */
  request = async (model: string, fields: unknown): Promise<RecordedDecision> => this.ask(model, fields).durable

  /**
   * Gives records to a source whose events are decided on. `decided` resolves as soon as the decisions on them are made, which is before they are durable:
   * `receipt` is that. A duplicate has the decisions on the event that it repeats, as they were recorded, once these are durable; a record that was refused has none.
   * Both reject as `submit` does.
   */
  decide(source: string, batch: RecordBatch): { decided: Promise<readonly RecordedDecision[]>; receipt: Promise<Receipt> } {
    const { promise: decided, resolve, reject } = Promise.withResolvers<readonly RecordedDecision[]>()
    const receipt = this.#take({ source, batch, cursor: undefined, awaited: { resolve, reject } })
    // Who waits for one of them need not wait for the other.
    decided.catch(() => {})
    receipt.catch(reject)
    return { decided, receipt }
  }

  /** Features of keys as they are now, all of one moment: as objects, or what `make` makes of each. Throws `SPILL_INPUT` as `Reading` does. */
  features<T = LiveFeatures>(asks: readonly LiveAsk[], make?: (row: LiveRow) => T): T[] {
    this.#ending.check()
    this.#pace.look()
    return this.#parts.reading.features(asks, make)
  }

  /** Makes a batch run of a group beside its schedule, of this moment; resolves with what it did once its result is in use. Rejects as `Batches.demand` does. */
  batch = async (group: string): Promise<RunRecord> => {
    this.#ending.check()
    const { batches } = this.#parts
    if (!batches) throw new SpillwayError('SPILL_UNSUPPORTED', 'this run makes no batch runs')
    const { number } = await batches.demand(group)
    await this.#until(() => batches.isInUse(group, number))
    // Behind the swap: once it is durable, so is that.
    await this.#store.commit({})
    return batches.at(number)
  }

  /** Trains a model beside its schedule, on what has arrived by now; resolves with the version that came of it. Rejects as `Trainings.demand` does. */
  train = async (model: string): Promise<Version> => {
    this.#ending.check()
    return this.#parts.trainings.demand(model)
  }

  /** Lets a version of a model score from now on, 0 for the score of its definition; resolves when that is in the log. Rejects as `Trainings.promote` does. */
  promote = async (model: string, version: number, why: string): Promise<void> => {
    this.#ending.check()
    return this.#parts.trainings.promote(model, version, why)
  }

  /** Makes a report beside its schedule, of this moment; resolves with what was made once it is written. Rejects as `Reports.demand` does. */
  report = async (name: string): Promise<MadeReport> => {
    this.#ending.check()
    const { reports } = this.#parts
    if (!reports) throw new SpillwayError('SPILL_UNSUPPORTED', 'this run makes no reports')
    return reports.demand(name)
  }

  /** Says what became of effects; resolves when that is durable. Goes on while the run stops. */
  async settle(settled: readonly EffectChange[]): Promise<void> {
    if (this.#ending.isOver) this.#ending.check()
    try {
      await this.#store.commit({ settled })
    } catch (error) {
      this.#ending.fail(error)
      throw error
    }
    this.#onRecorded?.()
  }

  /** Resolves when there is room for more records: at once, or when what waits has become less. */
  room(): Promise<void> {
    return this.#inbox.room()
  }

  /** Where a source was read up to, as it was committed last. */
  cursor(name: string): string | undefined {
    return this.#store.get(`cursor/${name}`)
  }

  /** Resolves when what was submitted is decided and durable, but for what is held back, and what was due by a moment, UTC ms, is made; and if the run has failed. */
  async quiet(due?: number): Promise<void> {
    const { checkpointer, batches, trainings, reports } = this.#parts
    const isMade = (): boolean => due === undefined || [batches, trainings, reports].every(one => one?.isMadeBy(due) ?? true)
    await this.#until(() => isMade() && this.#turns.isIdle && this.#committing.inFlight === 0 && checkpointer.isIdle)
  }

  /** Takes nothing more, waits for what was submitted, saves state, and lets go of the store. Of a run that has failed it only does the last. */
  stop(): Promise<void> {
    this.#ending.begin()
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    const { batches, trainings, reports } = this.#parts
    await Promise.all([batches?.stop(), trainings.stop(), reports?.stop()])
    await this.quiet()
    this.#inbox.refuse(new SpillwayError('SPILL_LIMIT', 'the run was stopped while this was held back (DEDUPE_IDS_MAX); send it again'))
    this.checkpoint()
    await this.#until(() => this.#parts.checkpointer.isIdle && this.#committing.inFlight === 0)
    this.#committing.keepStages(true)
    this.#ending.close(stoppedError())
    try {
      await this.#store.close()
    } catch (error) {
      this.#ending.fail(error)
      throw error
    }
    this.#ending.stopped()
  }

  /** Lets the loop turn until something holds, or the run has failed. */
  async #until(holds: () => boolean): Promise<void> {
    while (!this.#ending.hasFailed && !holds()) {
      this.#parts.checkpointer.step()
      await pause(1)
    }
  }

  /** Begins to save state, unless that is going on or no more than so many entries have come since it was begun last. Was it begun? */
  checkpoint(behind = 0): boolean {
    if (this.#ending.isOver) return false
    const begun = this.#parts.checkpointer.begin(this.#parts.log.end, behind)
    this.#parts.checkpointer.step()
    return begun
  }

  /** What is measured of decisions. */
  get stages(): Stages {
    return this.#parts.stages
  }

  /** Gives the store what was measured of decisions since the last time. */
  keepStages(): void {
    if (!this.#ending.isOver) this.#committing.keepStages()
  }

  /** Looks whether a tick is due: whoever moves the clock calls it. Returns when the next one is, UTC ms; Infinity without models that tick. */
  tick(): number {
    if (!this.#ending.isOver) {
      this.#parts.checkpointer.step()
      this.#parts.batches?.tick()
      this.#parts.trainings.tick()
      this.#parts.reports?.tick()
    }
    this.#turns.letGo()
    this.#pace.look()
    return this.#parts.ticks.next
  }

  async #take(input: Omit<Submitted, 'came' | 'resolve' | 'reject'>): Promise<Receipt> {
    this.#ending.check()
    const { source } = input
    if (!this.#sources.includes(source))
      throw new SpillwayError('SPILL_INPUT', `pipeline '${this.#pipeline}' has no source '${source}'${didYouMean(source, this.#sources)}`)
    const receipt = this.#inbox.add(input)
    this.#pace.look()
    return receipt
  }

  #turn(): void {
    if (this.#ending.isOver) return
    try {
      this.#turns.take()
    } catch (error) {
      this.#ending.fail(error)
    }
  }
}
