/**
 * Schedules the trainings of a run beside the loop, and promotes versions by rule or by request.
 *
 * As with batch runs (`batch-runs.ts`), a training at `at` starts once the clock has passed it, and its cut is durable before it reads the
 * log. One is in progress at a time; of missed ones only the last is made. A permanent failure would repeat on the same events, so it waits
 * for the next time; other failures are retried. The last promoted version scores meanwhile. A promotion is stored first, and then becomes
 * a marker in the log, committed with its registry change. So a replay gives the same decisions, and a crash leaves the version before or
 * after.
 */
import { SpillwayError } from '../../base/errors.ts'
import type { Clock } from '../../base/clock.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { Log } from '../../log/log.ts'
import type { LogMarker } from '../../log/segment.ts'
import type { CommitWriter, NamedValues, NamedWrite, SegmentLog } from '../../log/store.ts'
import { checkPromotable, trainedModel } from '../../training/registry/champion.ts'
import { putPendingPromotion } from '../../training/registry/registry.ts'
import type { PendingPromotion, ModelVersion } from '../../training/registry/version.ts'
import { stoppedError } from '../groups/shutdown.ts'
import type { DriftCheckPort } from './drift-job.ts'
import { DriftChecks } from './drift-checks.ts'
import { isPermanentFailure, TrainedModel } from './trained-model.ts'
import { ChallengerEvaluations } from './challenger-evaluations.ts'
import type { EvaluationPort } from './challenger-job.ts'
import type { TrainPort } from './training-job.ts'

export interface TrainingSchedulerOptions {
  readonly ir: PipelineIR
  readonly store: CommitWriter & NamedValues & SegmentLog
  readonly log: Log
  readonly clock: Clock
  /** Without it no model is trained; existing versions are served and promoted. */
  readonly train: TrainPort | undefined
  /** Without it challenges never end. */
  readonly evaluateChallenger: EvaluationPort | undefined
  /** Without it drift is not checked. */
  readonly checkDrift: DriftCheckPort | undefined
  /** Is every entry decided? */
  readonly isDecided: () => boolean
  readonly onReport: (report: string) => void
}

interface RequestedTraining extends PromiseWithResolvers<ModelVersion> {
  /** Time of the request, UTC ms: events that arrived by then are learned from. */
  readonly at: number
  readonly trained: TrainedModel
}

/** The trained models of a run. */
export class TrainingScheduler {
  readonly #options: TrainingSchedulerOptions
  readonly #models: ReadonlyMap<string, TrainedModel>
  readonly #driftChecks: DriftChecks
  readonly #evaluations: ChallengerEvaluations
  readonly #stopping = new AbortController()
  #notBefore: number
  /** Requested trainings that have not started. */
  #requests: RequestedTraining[] = []
  #running: Promise<void> | undefined
  /** Notified when a promotion waits for a turn. */
  onReady: () => void = () => {}

  constructor(options: TrainingSchedulerOptions) {
    const { ir, store } = options
    this.#options = options
    this.#driftChecks = new DriftChecks(options)
    this.#evaluations = new ChallengerEvaluations({ ...options, awaitMarker: taken => this.#awaitMarker(taken) })
    this.#models = new Map(ir.models.flatMap(({ name, train }) => (train ? [[name, new TrainedModel(ir, name, store)]] : [])))
    this.#notBefore = Math.max(-Infinity, ...this.#all.map(({ latest }) => latest)) + 1
  }

  /**
   * Lower bound for the stamps of later entries, UTC ms: above the times of trainings and evaluations, which stay a function of what had
   * arrived by then.
   */
  get notBefore(): number {
    return this.#notBefore
  }

  /** Marks versions that an earlier process left unfinished. Returns the values to commit. */
  markBrokenOff(): NamedWrite[] {
    return this.#all.flatMap(trained => trained.markBrokenOff())
  }

  /** Does a promotion wait for a turn? */
  get hasReady(): boolean {
    return this.#all.some(({ promotionQueue: asking }) => asking.waiting !== undefined)
  }

  get #all(): TrainedModel[] {
    return [...this.#models.values()]
  }

  /** Starts due work, unless some is in progress. */
  tick(): void {
    if (this.#running || this.#stopping.signal.aborted || !this.#options.train) return
    const next = this.#next(Math.max(this.#options.clock(), this.#notBefore))
    if (next) this.#running = next().finally(() => (this.#running = undefined))
  }

  /**
   * Are all trainings and checks that were due or requested by `t`, UTC ms, done? Retries that wait do not count, nor does anything once it
   * stops.
   */
  isDoneBy(t: number): boolean {
    if (this.#stopping.signal.aborted || !this.#options.train) return true
    return (
      !this.hasReady &&
      this.#requests.length === 0 &&
      this.#all.every(trained => trained.retry.isWaiting(this.#options.clock()) || !this.#isDue(trained, t))
    )
  }

  #isDue(trained: TrainedModel, t: number): boolean {
    const at = trained.lastDue(t - 1)
    return (
      (at > trained.at && this.#hasEventsBy(at)) ||
      trained.drift?.due !== undefined ||
      this.#evaluations.due(trained, t) !== undefined ||
      this.#driftChecks.due(trained, t) !== undefined
    )
  }

  /** The next job, if one is due. */
  #next(now: number): (() => Promise<void>) | undefined {
    const request = this.#requests.find(({ at }) => at < now)
    if (request) {
      this.#requests = this.#requests.filter(other => other !== request)
      return () => this.#train(request.trained, { why: 'demand', at: request.at, began: now }, request)
    }
    for (const trained of this.#all) {
      const job = this.#evaluations.due(trained, now)
      if (job) {
        this.#stampBehind(job.at)
        return () => this.#evaluations.run(trained, job, this.#stopping.signal)
      }
      if (trained.retry.isWaiting(this.#options.clock())) continue
      // Later entries are stamped at least `now`.
      const at = trained.lastDue(now - 1)
      if (at > trained.at && this.#hasEventsBy(at)) return () => this.#train(trained, { why: 'schedule', at, began: now })
      const due = trained.drift?.due
      if (due) return () => this.#train(trained, { why: 'drift', ...due, began: now })
      const check = this.#driftChecks.due(trained, now)
      if (!check) continue
      this.#stampBehind(check.at)
      return () => this.#driftChecks.run(trained, check, this.#stopping.signal)
    }
    return undefined
  }

  /**
   * Requests a training on what has arrived by now. Resolves with the new version, promoted or not. Rejects with `SPILL_INPUT` for a model
   * without training, with `SPILL_STOPPED`, and with the error of the training.
   */
  async trainNow(name: string): Promise<ModelVersion> {
    const trained = this.#modelOf(name)
    if (!this.#options.train) throw new SpillwayError('SPILL_UNSUPPORTED', 'this run trains no models')
    if (this.#stopping.signal.aborted) throw stoppedError()
    const existing = this.#requests.find(request => request.trained === trained)
    const pending = existing ?? { ...Promise.withResolvers<ModelVersion>(), at: this.#stampTime(), trained }
    if (!existing) this.#requests.push(pending)
    return pending.promise
  }

  /**
   * Promotes a version; 0 is the score of the definition. Resolves when the promotion is in the log. Rejects with `SPILL_INPUT` for a
   * version that cannot score, and with `SPILL_STOPPED`.
   */
  async promote(name: string, version: number, why: string): Promise<void> {
    const trained = this.#modelOf(name)
    const { ir, store, clock } = this.#options
    checkPromotable(store, ir, name, version)
    if (this.#stopping.signal.aborted) throw stoppedError()
    const { taken } = await trained.promotionQueue.enqueue(async () => {
      checkPromotable(store, ir, name, version)
      if (this.#stopping.signal.aborted) throw stoppedError()
      const promotion: PendingPromotion = { version, why, at: clock() }
      await store.commit({ put: [putPendingPromotion(name, promotion)] })
      return { asked: promotion }
    })
    await this.#awaitMarker(taken)
  }

  /** Rejects everything that waits: the run has ended. */
  refuse(error: unknown): void {
    for (const { reject } of this.#requests) reject(error)
    for (const { promotionQueue: asking } of this.#all) asking.refuse(error)
  }

  /** The markers of waiting promotions, and the values to commit with them. The first marker becomes entry `entry` of the log, at `t`. */
  promotionMarkers(entry: number, t: number): { readonly marks: LogMarker[]; readonly put: readonly NamedWrite[] } {
    const marks: LogMarker[] = []
    const put: NamedWrite[] = []
    for (const trained of this.#all) {
      const taken = trained.promotionMarker(entry + marks.length, t)
      if (!taken) continue
      marks.push(taken.mark)
      put.push(...taken.put)
    }
    return { marks, put }
  }

  /** Stops the job in progress; the next start makes it again if it was due. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const { reject } of this.#requests) reject(stoppedError())
    this.#requests = []
    await this.#running
    // A durable promotion must still become a marker.
    for (const { promotionQueue: asking } of this.#all) await asking.whenFree()
  }

  /** A time that covers all entries so far: later entries are stamped above it, even if the clock stands still or goes back. */
  #stampTime(): number {
    const { clock, log } = this.#options
    const at = Math.max(clock(), log.notBefore, this.#notBefore)
    this.#stampBehind(at)
    return at
  }

  /** Stamps later entries above `at`. */
  #stampBehind(at: number): void {
    this.#notBefore = Math.max(this.#notBefore, at + 1)
  }

  async #train(
    trained: TrainedModel,
    of: Pick<ModelVersion, 'why' | 'because' | 'at' | 'began'>,
    request?: RequestedTraining,
  ): Promise<void> {
    const { ir, store, log, clock, train, onReport } = this.#options
    const { model } = trained
    const { at } = of
    this.#stampBehind(at)
    const version = trained.beginVersion({ ...of, cut: log.end })
    const { number, cut } = version
    try {
      // This commit follows all earlier entries, so the cut is durable when it is.
      await store.commit({ put: [trained.keep(version)] })
      const training = await train!({ ir, model: model.name, at, cut: cut!, champion: trained.champion(store) }, this.#stopping.signal)
      const {
        version: result,
        asked: promotion,
        taken,
      } = await trained.promotionQueue.enqueue(async () => {
        const finished = trained.finish(version, training, clock())
        await store.commit({ put: finished.put })
        return finished
      })
      trained.retry.reset()
      const inLog = promotion && this.#awaitMarker(taken)
      // The requester is notified when the version scores, if it does.
      request?.resolve(inLog ? inLog.then(() => trained.version(number)!) : result)
      inLog?.catch(() => {})
    } catch (error) {
      request?.reject(this.#stopping.signal.aborted ? stoppedError() : error)
      if (this.#stopping.signal.aborted) {
        await store.commit({ put: trained.markBrokenOff() }).catch(() => {})
        return
      }
      const { message, code } = error as Error & { code?: string }
      if (!request) {
        // The same rows would fail again.
        if (isPermanentFailure(code)) trained.retry.reset()
        else trained.retry.failed(clock())
        const next = isPermanentFailure(code) ? 'the next is made at its time' : 'it is tried again'
        onReport(
          `the training of model '${model.name}' of ${new Date(at).toISOString()} failed, and ${next}; ` +
            `the previous score stays in use: ${message}`,
        )
      }
      await store.commit({ put: trained.fail(version, error, clock()) }).catch(() => {})
    }
  }

  /** Resolves once the promotion is a durable marker. */
  async #awaitMarker(taken: Promise<void>): Promise<void> {
    this.onReady()
    await taken
    // This commit follows the marker, so the marker is durable when it is.
    await this.#options.store.commit({})
  }

  /** Had any event arrived by then? Without events there is nothing to learn. */
  #hasEventsBy(at: number): boolean {
    const { log, store } = this.#options
    const first = store.segmentAt(0)
    return first !== undefined && log.firstEntrySince(at) > first.first
  }

  /** Throws `SPILL_NOT_FOUND` for an unknown model, `SPILL_INPUT` for one without training. */
  #modelOf(name: string): TrainedModel {
    trainedModel(this.#options.ir, name)
    return this.#models.get(name)!
  }
}
