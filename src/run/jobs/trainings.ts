/**
 * The trainable models of a run: trains versions beside the loop, and promotes them by rule or by request.
 *
 * A permanent failure would repeat on the same events, so it waits for the next time. The last promoted version scores meanwhile. A
 * promotion is stored first, and then becomes a marker in the log, committed with its registry change. So a replay gives the same
 * decisions, and a crash leaves the version before or after.
 */
import { SpillwayError } from '../../base/index.ts'
import { JobScheduler } from '../../jobs/index.ts'
import type { LogMarker, NamedWrite } from '../../log/index.ts'
import {
  checkPromotable,
  trainableModel,
  putPendingPromotion,
  type PendingPromotion,
  type ModelVersion,
} from '../../training/registry/index.ts'
import { driftCheckJob, evaluationJob, trainingJob, type RequestedVersion, type TrainingSchedulerOptions } from './model-jobs.ts'
import { ModelLifecycle } from './model-lifecycle.ts'

export class TrainingScheduler {
  /** Trainings, evaluations and drift checks: one at a time. */
  readonly jobs: JobScheduler<RequestedVersion | undefined>
  readonly #options: TrainingSchedulerOptions
  readonly #models: ReadonlyMap<string, ModelLifecycle>

  constructor(options: TrainingSchedulerOptions) {
    const { ir, store, jobClock, train } = options
    this.#options = options
    this.#models = new Map(ir.models.flatMap(({ name, train }) => (train ? [[name, new ModelLifecycle(ir, name, store)]] : [])))
    for (const { latest } of this.#all) jobClock.cover(latest)
    const jobsOptions = { ...options, awaitMarker: (markerCommit: Promise<void>) => this.#awaitMarker(markerCommit) }
    const jobs = this.#all.flatMap(lifecycle => [evaluationJob, trainingJob, driftCheckJob].map(job => job(lifecycle, jobsOptions)))
    this.jobs = new JobScheduler<RequestedVersion | undefined>({ ...options, jobs: train ? jobs : [], clock: jobClock })
  }

  /** Marks versions that an earlier process left unfinished. Returns the values to commit. */
  markBrokenOff(): NamedWrite[] {
    return this.#all.flatMap(lifecycle => lifecycle.markBrokenOff())
  }

  /** Does a promotion wait for a turn? */
  get hasReady(): boolean {
    return this.#all.some(({ promotionQueue }) => promotionQueue.waiting !== undefined)
  }

  get #all(): ModelLifecycle[] {
    return [...this.#models.values()]
  }

  /**
   * Requests a training on what has arrived by now. Resolves with the new version when it scores, or will not. Rejects with `SPILL_INPUT`
   * for a model without training, with `SPILL_STOPPED`, and with the error of the training.
   */
  async trainNow(name: string): Promise<ModelVersion> {
    const lifecycle = this.#modelOf(name)
    if (!this.#options.train) throw new SpillwayError('SPILL_UNSUPPORTED', 'this run trains no models')
    const { version, markerCommit } = (await this.jobs.request(name))!
    await markerCommit
    return markerCommit ? lifecycle.version(version.number)! : version
  }

  /**
   * Promotes a version; 0 is the score of the definition. Resolves when the promotion is in the log. Rejects with `SPILL_PRECONDITION` for a
   * version that cannot score, and with `SPILL_STOPPED`.
   */
  async promote(name: string, version: number, why: string): Promise<void> {
    const lifecycle = this.#modelOf(name)
    const { ir, store, jobClock } = this.#options
    checkPromotable(store, ir, name, version)
    this.jobs.check()
    const { markerCommit } = await lifecycle.promotionQueue.enqueue(async () => {
      checkPromotable(store, ir, name, version)
      this.jobs.check()
      const promotion: PendingPromotion = { version, why, at: jobClock.wall() }
      await store.commit({ put: [putPendingPromotion(name, promotion)] })
      return { promotion }
    })
    await this.#awaitMarker(markerCommit)
  }

  /** Rejects promotions that wait: the run has ended. */
  reject(error: unknown): void {
    for (const { promotionQueue } of this.#all) promotionQueue.reject(error)
  }

  /** Resolves when every durable promotion is a marker. */
  async whenPromoted(): Promise<void> {
    for (const { promotionQueue } of this.#all) await promotionQueue.whenFree()
  }

  /** The markers of waiting promotions, which are reported, and the values to commit with them. The first marker becomes entry `entry` of the log, at `t`. */
  promotionMarkers(entry: number, t: number): { readonly markers: LogMarker[]; readonly put: readonly NamedWrite[] } {
    const markers: LogMarker[] = []
    const put: NamedWrite[] = []
    for (const lifecycle of this.#all) {
      const promotion = lifecycle.promotionMarker(entry + markers.length, t)
      if (!promotion) continue
      if (promotion.text !== undefined) this.#options.onReport(promotion.text)
      markers.push(promotion.marker)
      put.push(...promotion.put)
    }
    return { markers, put }
  }

  /** Resolves once the promotion is a durable marker. */
  async #awaitMarker(markerCommit: Promise<void>): Promise<void> {
    this.#options.onReady()
    await markerCommit
    // This commit follows the marker, so the marker is durable when it is.
    await this.#options.store.commit({})
  }

  /** Throws `SPILL_NOT_FOUND` for an unknown model, `SPILL_INPUT` for one without training. */
  #modelOf(name: string): ModelLifecycle {
    trainableModel(this.#options.ir, name)
    return this.#models.get(name)!
  }
}
