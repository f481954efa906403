/**
 * The lifecycle of one trainable model: its versions, promotions and due trainings. Each change is made here at once and returns the named
 * values to commit, as a `JobLedger` does.
 */
import { isDeepStrictEqual } from 'node:util'
import { packageVersion } from '../../base/node/index.ts'
import { JobSchedule, Retry } from '../../jobs/index.ts'
import type { LogMarker, NamedValues, NamedWrite } from '../../log/index.ts'
import { labelHorizon, type ModelTraining } from '../../replay/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import {
  challengeBefore,
  championAfter,
  type Champion,
  trainableModel,
  changedInputs,
  inputCodes,
  type InputCode,
  pendingPromotion,
  challengesOf,
  promotionsOf,
  putPendingPromotion,
  putChallenges,
  putOnnx,
  putPromotions,
  putReference,
  deleteOldVersions,
  putScore,
  putVersion,
  versionsOf,
  verdictOf,
  type PendingPromotion,
  type PromotionRecord,
  type ShadowReport,
  type ModelVersion,
} from '../../training/registry/index.ts'
import { PromotionQueue } from './promotion-queue.ts'
import { changedScoreText, type ComparedVersions, promotionText, versionInWords } from './promotion-text.ts'
import { DriftSchedule } from './drift-schedule.ts'
import type { TrainingJob } from './training-job.ts'

const permanentCodes: readonly (string | undefined)[] = [
  'SPILL_TRAINING',
  'SPILL_LIMIT',
  'SPILL_UNSUPPORTED',
  'SPILL_DATA',
  'SPILL_INPUT',
  'SPILL_FILE',
  'SPILL_HISTORY',
  'SPILL_PACKAGE',
]

/** Is a failure permanent? A training is a function of log and definitions, so it would fail again. */
export const isPermanentFailure = ({ code }: { readonly code?: string }): boolean => permanentCodes.includes(code)

/** A finished training. */
export interface FinishedTraining {
  readonly version: ModelVersion
  readonly promotion: PendingPromotion | undefined
  readonly put: readonly NamedWrite[]
}

export class ModelLifecycle {
  readonly model: ReturnType<typeof trainableModel>
  /** Promotions that wait for their marker. */
  readonly promotionQueue: PromotionQueue
  /**
   * The schedule of its trainings. It is done up to the last scheduled training that finished or failed permanently, or another one that
   * covered as much.
   */
  readonly schedule: JobSchedule
  /** Time of the last training of any kind that finished or failed permanently, UTC ms. */
  trainedAt = -Infinity
  /** Retry of trainings, evaluations and drift checks. */
  readonly retry = new Retry()
  /** The drift schedule, if drift is checked. */
  readonly drift: DriftSchedule | undefined
  readonly #ir: PipelineIR
  readonly #inputs: readonly InputCode[]
  readonly #versions = new Map<number, ModelVersion>()
  #promotions: readonly PromotionRecord[]
  #challenges: readonly PromotionRecord[]

  constructor(ir: PipelineIR, name: string, values: NamedValues) {
    this.model = trainableModel(ir, name)
    this.#ir = ir
    this.#inputs = inputCodes(ir, this.model)
    for (const version of versionsOf(values, name)) this.#versions.set(version.number, version)
    this.#promotions = promotionsOf(values, name)
    this.#challenges = challengesOf(values, name)
    this.promotionQueue = new PromotionQueue(pendingPromotion(values, name))
    const { every, orWhen } = this.model.train
    this.schedule = new JobSchedule(every)
    this.drift = orWhen && new DriftSchedule(values, name, orWhen, labelHorizon(this.model.label))
    // A version of other inputs does not score, so the model is trained again at once.
    for (const version of this.#versions.values()) {
      const { inputs, state, train } = version
      const isDone =
        state !== 'training' &&
        state !== 'broken off' &&
        (state !== 'failed' || (isPermanentFailure(version) && isDeepStrictEqual(train, this.model.train)))
      if (!isDone || changedInputs(inputs, this.#inputs).length > 0) continue
      this.#cover(version)
    }
  }

  get promotions(): readonly PromotionRecord[] {
    return this.#promotions
  }

  /** The current challenge, by the log so far. */
  get challenge(): PromotionRecord | undefined {
    return challengeBefore(this.#challenges, this.#promotions, Infinity)
  }

  version(number: number): ModelVersion | undefined {
    return this.#versions.get(number)
  }

  /** The version that scores, 0 for the score of the definition; undefined if nothing scores. */
  scoringVersion(values: NamedValues): number | undefined {
    return this.#champion(values)?.version ?? (this.model.score.kind === 'none' ? undefined : 0)
  }

  #champion(values: NamedValues): Champion | undefined {
    return championAfter(values, this.#ir, this.model, this.#promotions).champion
  }

  /** The latest time of a version or of an evaluation, UTC ms. */
  get latest(): number {
    const { label } = this.model
    const versions = [...this.#versions.values()].filter(({ why, state }) => why !== 'command' && state !== 'broken off')
    return Math.max(-Infinity, ...versions.flatMap(({ at, shadowed }) => [at, ...(shadowed ? [shadowed.to + labelHorizon(label)] : [])]))
  }

  /** Creates the record of a new version. */
  beginVersion(of: Pick<ModelVersion, 'why' | 'because' | 'at' | 'cut' | 'began'>): ModelVersion {
    const number = Math.max(0, ...this.#versions.keys()) + 1
    const { train, name } = this.model
    return { model: name, number, state: 'training', ...of, train, inputs: this.#inputs, spillway: packageVersion() }
  }

  /** The score to compare a new version with: the champion, or the score of the definition if it is coefficients or trees. */
  comparedScore(values: NamedValues): TrainingJob['champion'] {
    const { score } = this.model
    const isComparable = score.kind === 'logistic' || score.kind === 'linear' || score.kind === 'trees'
    return this.#champion(values) ?? (isComparable ? { version: 0, score } : undefined)
  }

  /**
   * Finishes a version: applies its promotion rule, and returns the values to commit. `promotion` is set if the rule is met, and the version
   * was compared with the one that scores now. Throws `SPILL_LIMIT` if the score is too large to store.
   */
  finish(version: ModelVersion, { score, file, report, reference }: ModelTraining, ended: number, values: NamedValues): FinishedTraining {
    const { name, train } = this.model
    const [own, inUse] = this.model.score.kind === 'none' ? ([undefined, 'nothing'] as const) : ([0, 'not comparable'] as const)
    const { isMet, words } = verdictOf(train.promote, report.metrics, report.champion?.metrics ?? inUse)
    const compared = report.champion?.version ?? own
    const state = isMet || train.promote.kind === 'hand' ? 'candidate' : 'rejected'
    const scorePut = putScore(name, version.number, score)
    const { promotion, verdict } = isMet
      ? this.#nextStep(version.number, { words, at: ended, compared, scoring: this.scoringVersion(values) })
      : { promotion: undefined, verdict: words }
    const finished: ModelVersion = { ...version, ended, state, trained: report, verdict }
    const beside = [
      ...(file ? [putOnnx(name, version.number, file)] : []),
      ...(reference ? putReference(name, version.number, reference) : []),
    ]
    const put = [
      scorePut,
      ...beside,
      this.put(finished),
      ...this.#recordCovered(finished),
      ...this.#trim(),
      ...(promotion ? [putPendingPromotion(name, promotion)] : []),
    ]
    return { version: finished, promotion, put }
  }

  /**
   * The next step of a version whose rule is met: promotion, or first a challenge if something scores and no other version challenges. Not
   * promoted if another version scores by now than the one that it was compared with: a person has promoted that one during the training.
   * Nor while a promotion by hand waits for a run.
   */
  #nextStep(
    version: number,
    { words, at, compared, scoring }: { readonly words: string; readonly at: number } & ComparedVersions,
  ): { readonly promotion: PendingPromotion | undefined; readonly verdict: string } {
    const { waiting } = this.promotionQueue
    // A rule promotes with the verdict of the version as its reason.
    if (waiting && waiting.as === undefined && waiting.why !== this.version(waiting.version)?.verdict)
      return { promotion: undefined, verdict: `${words}; ${versionInWords(waiting.version)} is promoted by hand and waits for a run` }
    const { promote } = this.model.train
    if (promote.kind === 'hand' || promote.shadow === undefined || scoring === undefined)
      return compared === scoring
        ? { promotion: { version, why: words, at }, verdict: words }
        : { promotion: undefined, verdict: `${words}; ${changedScoreText({ compared, scoring })}` }
    const { challenge } = this
    if (challenge) return { promotion: undefined, verdict: `${words}; version ${challenge.version} challenges already` }
    return { promotion: { as: 'challenger', version, why: words, at }, verdict: words }
  }

  /** Records an evaluation: the challenger is promoted or rejected. Returns the promotion to request and the values to commit. */
  recordEvaluation(
    challenge: PromotionRecord,
    shadowed: ShadowReport,
    at: number,
  ): { readonly promotion: PendingPromotion; readonly put: readonly NamedWrite[] } {
    const { name, train } = this.model
    const { isMet, words } = verdictOf(train.promote, shadowed.metrics, shadowed.champion)
    const verdict = `beside what decided: ${words}`
    const version = this.#versions.get(challenge.version)
    const promotion: PendingPromotion = isMet
      ? { version: challenge.version, why: verdict, at }
      : { as: 'challenger', version: 0, why: verdict, at }
    const versionPut = version && this.put({ ...version, ...(!isMet && { state: 'rejected' }), shadowed, verdict })
    return { promotion, put: [...(versionPut ? [versionPut] : []), putPendingPromotion(name, promotion)] }
  }

  /** Records a failed training. `isFinal`: it is not repeated for the same time. Returns the values to commit. */
  fail(version: ModelVersion, error: unknown, ended: number, isFinal = isPermanentFailure(error as { code?: string })): NamedWrite[] {
    const { message, code } = error as Error & { code?: string }
    const failed: ModelVersion = { ...version, ended, state: 'failed', error: message, ...(code !== undefined && { code }) }
    return [this.put(failed), ...(isFinal ? this.#recordCovered(failed) : [])]
  }

  /** Records that trainings have covered the events up to the version. Returns the values to commit. */
  #recordCovered(version: ModelVersion): NamedWrite[] {
    this.#cover(version)
    return this.drift?.recordTraining(version.at) ?? []
  }

  #cover({ at, why, state }: ModelVersion): void {
    this.trainedAt = Math.max(this.trainedAt, at)
    if (why === 'schedule' || state !== 'failed') this.schedule.complete(at)
  }

  put(version: ModelVersion): NamedWrite {
    this.#versions.set(version.number, version)
    return putVersion(version)
  }

  /** Marks versions that an earlier process left unfinished. */
  markBrokenOff(): NamedWrite[] {
    const unfinished = [...this.#versions.values()].filter(({ state }) => state === 'training')
    return unfinished.map(version => this.put({ ...version, state: 'broken off' }))
  }

  /** Removes the oldest versions beyond the limit. */
  #trim(): NamedWrite[] {
    const puts = deleteOldVersions(
      [...this.#versions.values()],
      [...this.#promotions, ...this.#challenges.slice(-1)],
      this.promotionQueue.waiting,
    )
    const removed = new Set(puts.map(([name]) => name))
    for (const version of this.#versions.values()) if (removed.has(putVersion(version)[0])) this.#versions.delete(version.number)
    return puts
  }

  /** Promotes without a log. Returns the values to commit. */
  promote(promotion: PendingPromotion): readonly NamedWrite[] {
    return this.#apply(promotion, 0, promotion.at)
  }

  /** The marker of the waiting promotion, entry `entry` of the log, at `t`, the values to commit with it, and its text for people. */
  promotionMarker(
    entry: number,
    t: number,
  ): { readonly marker: LogMarker; readonly put: readonly NamedWrite[]; readonly text: string | undefined } | undefined {
    const promotion = this.promotionQueue.dequeue()
    if (!promotion) return undefined
    const { as, version } = promotion
    const marker: LogMarker = { kind: as === 'challenger' ? 'challenge' : 'promote', model: this.model.name, version, t }
    const text = promotionText(this.model, promotion, { trained: this.version(version), before: this.#promotions.at(-1)?.version })
    return { marker, put: this.#apply(promotion, entry, t), text }
  }

  /** Applies a promotion or a challenge at an entry. A promotion ends the challenge. */
  #apply({ as, version, why }: PendingPromotion, entry: number, at: number): NamedWrite[] {
    const { name } = this.model
    const record: PromotionRecord = { version, entry, at, why }
    if (as === 'challenger') {
      this.#challenges = [...this.#challenges, record]
      return [...this.#putState(version, 'challenger'), putChallenges(name, this.#challenges), putPendingPromotion(name, null)]
    }
    const states = [
      ...this.#putState(this.challenge?.version ?? 0, 'candidate'),
      ...this.#putState(this.#promotions.at(-1)?.version ?? 0, 'retired'),
      ...this.#putState(version, 'champion'),
    ]
    this.#promotions = [...this.#promotions, record]
    return [...states, putPromotions(name, this.#promotions), putPendingPromotion(name, null)]
  }

  #putState(number: number, state: ModelVersion['state']): NamedWrite[] {
    const version = this.#versions.get(number)
    return version ? [this.put({ ...version, state })] : []
  }
}
