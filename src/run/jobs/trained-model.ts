/** One model that a run trains: its versions, and when the next is due. What changes is given back as what is to be committed. */
import { isDeepStrictEqual } from 'node:util'
import { packageVersion } from '../../base/package-version.ts'
import { scheduleCursor } from '../../kernel/schedule.ts'
import type { Mark } from '../../log/segment.ts'
import { horizonOf } from '../../replay/label-horizon.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { challengeBefore, scorerAfter, trainedModel } from '../../training/registry/champion.ts'
import { changedInputs, inputCodes, type InputCode } from '../../training/registry/input-codes.ts'
import {
  askedOf,
  challengesOf,
  promotionsOf,
  putAsked,
  putChallenges,
  putOnnx,
  putPromotions,
  putReference,
  putTrimmed,
  putScore,
  putVersion,
  versionsOf,
  type NamedValues,
  type Put,
} from '../../training/registry/registry.ts'
import { verdictOf } from '../../training/registry/verdict.ts'
import type { Asked, PromotionRecord, ShadowReport, Version } from '../../training/registry/version.ts'
import type { ModelTraining } from '../../replay/train-model.ts'
import { AskedPromotion } from './requested-promotion.ts'
import { DriftWatch } from './drift-schedule.ts'
import { Retry } from './retry.ts'
import type { TrainingJob } from './training-job.ts'

export type TrainedModelIR = ReturnType<typeof trainedModel>

/** A training that failed so would fail again: it is a function of the log and of the definitions. */
export const isFinal = (code: string | undefined): boolean =>
  code === 'SPILL_TRAINING' || code === 'SPILL_LIMIT' || code === 'SPILL_UNSUPPORTED' || code === 'SPILL_DATA' || code === 'SPILL_INPUT'

export interface Finished {
  readonly made: Version
  readonly asked: Asked | undefined
  readonly put: readonly Put[]
}

export class TrainedModel {
  readonly model: TrainedModelIR
  /** What is to score. */
  readonly asking: AskedPromotion
  /** The last time of its schedule at or before a moment. */
  readonly dueAt: (moment: number) => number
  /** Up to when its schedule is made, UTC ms: the time of the last training on schedule that is done, or would fail again, or of one beside it that has learnt from as much. */
  at = -Infinity
  /** The time of the last training whatever it was for that is done, or would fail again, UTC ms. */
  trainedAt = -Infinity
  /** Of whatever is made of it: trainings, looks at challengers and for drift. */
  readonly retry = new Retry()
  /** Where somebody looks for drift. */
  readonly drift: DriftWatch | undefined
  readonly #ir: PipelineIR
  readonly #inputs: readonly InputCode[]
  readonly #versions = new Map<number, Version>()
  #promotions: readonly PromotionRecord[]
  #challenges: readonly PromotionRecord[]

  constructor(ir: PipelineIR, name: string, values: NamedValues) {
    this.model = trainedModel(ir, name)
    this.#ir = ir
    this.#inputs = inputCodes(ir, this.model)
    for (const version of versionsOf(values, name)) this.#versions.set(version.number, version)
    this.#promotions = promotionsOf(values, name)
    this.#challenges = challengesOf(values, name)
    this.asking = new AskedPromotion(askedOf(values, name))
    const { every, orWhen } = this.model.train
    this.dueAt = every ? scheduleCursor(every) : () => -Infinity
    this.drift = orWhen && new DriftWatch(values, name, orWhen, horizonOf(this.model.label))
    // What was trained on other inputs does not score: the model is trained again at once.
    for (const { why, at, inputs, state, code, train } of this.#versions.values()) {
      const isDone =
        state !== 'training' &&
        state !== 'broken off' &&
        (state !== 'failed' || (isFinal(code) && isDeepStrictEqual(train, this.model.train)))
      if (!isDone || changedInputs(inputs, this.#inputs).length > 0) continue
      this.trainedAt = Math.max(this.trainedAt, at)
      if (why === 'schedule' || state !== 'failed') this.at = Math.max(this.at, at)
    }
  }

  /** The version that scores, as the log has it so far; 0 is the model's own score. */
  get scoring(): number {
    return this.#promotions.at(-1)?.version ?? 0
  }

  get promotions(): readonly PromotionRecord[] {
    return this.#promotions
  }

  /** The challenge that is going on, as the log has it so far. */
  get challenge(): PromotionRecord | undefined {
    return challengeBefore(this.#challenges, this.#promotions, Infinity)
  }

  version(number: number): Version | undefined {
    return this.#versions.get(number)
  }

  /** The version that scores, 0 for the model's own score; nothing where nothing does. */
  scorer(values: NamedValues): number | undefined {
    const { champion } = scorerAfter(values, this.#ir, this.model, this.#promotions)
    return champion?.version ?? (this.model.score.kind === 'none' ? undefined : 0)
  }

  /** The latest time that a version of the run's is of, or a look at a challenger, UTC ms. */
  get latest(): number {
    const { label } = this.model
    const own = [...this.#versions.values()].filter(({ why, state }) => why !== 'command' && state !== 'broken off')
    return Math.max(-Infinity, ...own.flatMap(({ at, shadowed }) => [at, ...(shadowed ? [shadowed.to + horizonOf(label)] : [])]))
  }

  /** A version to be made. */
  begin(of: Pick<Version, 'why' | 'because' | 'at' | 'cut' | 'began'>): Version {
    const number = Math.max(0, ...this.#versions.keys()) + 1
    const { train, name } = this.model
    return { model: name, number, state: 'training', ...of, train, inputs: this.#inputs, spillway: packageVersion() }
  }

  /** What scores now, to be judged beside a new version: a version, or the model's own score where that is one of coefficients or trees. */
  champion(values: NamedValues): TrainingJob['champion'] {
    const { score } = this.model
    const { champion } = scorerAfter(values, this.#ir, this.model, this.#promotions)
    if (champion) return champion
    return score.kind === 'logistic' || score.kind === 'linear' || score.kind === 'trees' ? { version: 0, score } : undefined
  }

  /**
   * A version that was trained, what the rule says of it, and what to commit; with `asked`, the rule is met and the version is to score. Throws `SPILL_LIMIT` for a score
   * that is too large to be kept.
   */
  finish(version: Version, { score, file, report, reference }: ModelTraining, ended: number): Finished {
    const { name, train } = this.model
    const { isMet, words } = verdictOf(train.promote, report.metrics, report.champion?.metrics)
    const state = isMet || train.promote.kind === 'hand' ? 'candidate' : 'refused'
    const kept = putScore(name, version.number, score)
    const { asked, verdict } = isMet
      ? this.#next(version.number, { words, at: ended, isAlone: report.champion === undefined && this.model.score.kind === 'none' })
      : { asked: undefined, verdict: words }
    const made: Version = { ...version, ended, state, trained: report, verdict }
    const beside = [
      ...(file ? [putOnnx(name, version.number, file)] : []),
      ...(reference ? putReference(name, version.number, reference) : []),
    ]
    const put = [kept, ...beside, this.keep(made), ...this.#learnt(made), ...this.#trim(), ...(asked ? [putAsked(name, asked)] : [])]
    return { made, asked, put }
  }

  /** What becomes of a version whose rule is met: it scores, or first beside what does, if there is something and nothing else does that. */
  #next(
    version: number,
    { words, at, isAlone }: { readonly words: string; readonly at: number; readonly isAlone: boolean },
  ): { readonly asked: Asked | undefined; readonly verdict: string } {
    const { promote } = this.model.train
    if (promote.kind === 'hand' || promote.shadow === undefined || isAlone) return { asked: { version, why: words, at }, verdict: words }
    const { challenge } = this
    if (challenge) return { asked: undefined, verdict: `${words}; version ${challenge.version} challenges already` }
    return { asked: { as: 'challenger', version, why: words, at }, verdict: words }
  }

  /** The challenger was looked at: it is promoted, or no challenger any more. What to commit, and then to ask for. */
  judged(challenge: PromotionRecord, shadowed: ShadowReport, at: number): { readonly asked: Asked; readonly put: readonly Put[] } {
    const { name, train } = this.model
    const { isMet, words } = verdictOf(train.promote, shadowed.metrics, shadowed.champion)
    const verdict = `beside what decided: ${words}`
    const version = this.#versions.get(challenge.version)
    const asked: Asked = isMet ? { version: challenge.version, why: verdict, at } : { as: 'challenger', version: 0, why: verdict, at }
    const kept = version && this.keep({ ...version, ...(!isMet && { state: 'refused' }), shadowed, verdict })
    return { asked, put: [...(kept ? [kept] : []), putAsked(name, asked)] }
  }

  /** A version that could not be trained; what to commit. */
  fail(version: Version, error: unknown, ended: number): Put[] {
    const { message, code } = error as Error & { code?: string }
    const failed = this.keep({ ...version, ended, state: 'failed', error: message, ...(code !== undefined && { code }) })
    return [failed, ...(isFinal(code) ? this.#learnt({ ...version, state: 'failed' }) : [])]
  }

  /** What had arrived by its time has been learnt from, or cannot be; what to commit with that. */
  #learnt({ at, why, state }: Version): Put[] {
    this.trainedAt = Math.max(this.trainedAt, at)
    if (why === 'schedule' || state !== 'failed') this.at = Math.max(this.at, at)
    return this.drift?.trained(at) ?? []
  }

  keep(version: Version): Put {
    this.#versions.set(version.number, version)
    return putVersion(version)
  }

  /** Versions that an earlier process did not end. */
  brokenOff(): Put[] {
    const left = [...this.#versions.values()].filter(({ state }) => state === 'training')
    return left.map(version => this.keep({ ...version, state: 'broken off' }))
  }

  /** Without the oldest versions, where there are many. */
  #trim(): Put[] {
    const puts = putTrimmed([...this.#versions.values()], [...this.#promotions, ...this.#challenges.slice(-1)], this.asking.waiting)
    const gone = new Set(puts.map(([name]) => name))
    for (const version of this.#versions.values()) if (gone.has(putVersion(version)[0])) this.#versions.delete(version.number)
    return puts
  }

  /** Of a registry without a log, in which nothing waits: what to commit. */
  promote(asked: Asked): readonly Put[] {
    return this.#marked(asked, 0, asked.at).put
  }

  /** The mark that promotes what was asked for, entry `entry` of the log, at `t`, and what to commit with it. */
  take(entry: number, t: number): { readonly mark: Mark; readonly put: readonly Put[] } | undefined {
    const asked = this.asking.take()
    return asked && this.#marked(asked, entry, t)
  }

  #marked(asked: Asked, entry: number, t: number): { readonly mark: Mark; readonly put: readonly Put[] } {
    const { name } = this.model
    const record: PromotionRecord = { version: asked.version, entry, at: t, why: asked.why }
    const after = this.#versions.get(asked.version)
    if (asked.as === 'challenger') {
      this.#challenges = [...this.#challenges, record]
      const put = [
        ...(after ? [this.keep({ ...after, state: 'challenger' })] : []),
        putChallenges(name, this.#challenges),
        putAsked(name, null),
      ]
      return { mark: { kind: 'challenge', model: name, version: asked.version, t }, put }
    }
    const [before, challenger] = [this.#versions.get(this.scoring), this.#versions.get(this.challenge?.version ?? 0)]
    this.#promotions = [...this.#promotions, record]
    const states = [
      ...(challenger ? [this.keep({ ...challenger, state: 'candidate' })] : []),
      ...(before ? [this.keep({ ...before, state: 'retired' })] : []),
      ...(after ? [this.keep({ ...after, state: 'champion' })] : []),
    ]
    return {
      mark: { kind: 'promote', model: name, version: asked.version, t },
      put: [...states, putPromotions(name, this.#promotions), putAsked(name, null)],
    }
  }
}
