/**
 * Schedules the evaluations of challengers, beside the loop: once the challenge is over and the labels of its decisions are settled. The
 * result is requested like a promotion.
 */
import type { Clock } from '../../base/clock.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { CommitWriter } from '../../log/store.ts'
import { labelHorizon } from '../../replay/label-horizon.ts'
import type { EvaluationPort, ChallengerJob } from './challenger-job.ts'
import type { TrainedModel } from './trained-model.ts'

export interface ChallengerEvaluationsOptions {
  readonly ir: PipelineIR
  readonly store: CommitWriter
  readonly clock: Clock
  /** Without it challenges never end. */
  readonly evaluateChallenger: EvaluationPort | undefined
  /** Is every entry decided? Unrecorded decisions would be missing. */
  readonly isDecided: () => boolean
  /** Waits until a promotion is a marker in the log. */
  readonly awaitMarker: (taken: Promise<void>) => Promise<void>
  readonly onReport: (report: string) => void
}

/** The evaluations of all models. */
export class ChallengerEvaluations {
  readonly #options: ChallengerEvaluationsOptions

  constructor(options: ChallengerEvaluationsOptions) {
    this.#options = options
  }

  /** The due evaluation of the challenger of a model. */
  due(trained: TrainedModel, now: number): ChallengerJob | undefined {
    const { ir, evaluateChallenger: judge, isDecided, clock } = this.#options
    const {
      challenge,
      model: { name, label, train },
    } = trained
    const { promote } = train
    if (
      !judge ||
      !challenge ||
      trained.promotionQueue.waiting ||
      promote.kind === 'hand' ||
      promote.shadow === undefined ||
      trained.retry.isWaiting(clock())
    )
      return undefined
    const to = challenge.at + promote.shadow
    const at = to + labelHorizon(label)
    if (at >= now || !isDecided()) return undefined
    return { ir, model: name, version: challenge.version, entry: challenge.entry, from: challenge.at, to, at }
  }

  async run(trained: TrainedModel, job: ChallengerJob, signal: AbortSignal): Promise<void> {
    const { store, clock, evaluateChallenger: judge, awaitMarker, onReport } = this.#options
    try {
      // This commit follows all earlier entries, so everything that had arrived is durable when it is.
      await store.commit({})
      const report = await judge!(job, signal)
      const { asked: promotion, taken } = await trained.promotionQueue.enqueue(async () => {
        const challenge = trained.challenge
        if (!challenge || challenge.entry !== job.entry) return { asked: undefined }
        const evaluation = trained.recordEvaluation(challenge, report, clock())
        await store.commit({ put: evaluation.put })
        return evaluation
      })
      trained.retry.reset()
      if (promotion) awaitMarker(taken).catch(() => {})
    } catch (error) {
      if (signal.aborted) return
      trained.retry.failed(clock())
      onReport(`the evaluation of version ${job.version} of model '${job.model}' failed, and is tried again: ${(error as Error).message}`)
    }
  }
}
