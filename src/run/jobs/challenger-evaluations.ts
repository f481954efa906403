/**
 * Schedules the evaluations of challengers, beside the loop: once the challenge is over and the labels of its decisions are settled. The
 * result is requested like a promotion.
 */
import type { Clock } from '../../base/clock.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { LogStore } from '../../log/store.ts'
import { horizonOf } from '../../replay/label-horizon.ts'
import type { JudgePort, ShadowJob } from './challenger-job.ts'
import type { TrainedModel } from './trained-model.ts'

export interface JudgingOptions {
  readonly ir: PipelineIR
  readonly store: LogStore
  readonly clock: Clock
  /** Without it challenges never end. */
  readonly judge: JudgePort | undefined
  /** Is every entry decided? Unrecorded decisions would be missing. */
  readonly isDecided: () => boolean
  /** Waits until a promotion is a marker in the log. */
  readonly taken: (taken: Promise<void>) => Promise<void>
  readonly onReport: (report: string) => void
}

/** The evaluations of all models. */
export class Judging {
  readonly #options: JudgingOptions

  constructor(options: JudgingOptions) {
    this.#options = options
  }

  /** The due evaluation of the challenger of a model. */
  due(trained: TrainedModel, now: number): ShadowJob | undefined {
    const { ir, judge, isDecided, clock } = this.#options
    const {
      challenge,
      model: { name, label, train },
    } = trained
    const { promote } = train
    if (
      !judge ||
      !challenge ||
      trained.asking.waiting ||
      promote.kind === 'hand' ||
      promote.shadow === undefined ||
      trained.retry.isWaiting(clock())
    )
      return undefined
    const to = challenge.at + promote.shadow
    const at = to + horizonOf(label)
    if (at >= now || !isDecided()) return undefined
    return { ir, model: name, version: challenge.version, entry: challenge.entry, from: challenge.at, to, at }
  }

  async make(trained: TrainedModel, job: ShadowJob, signal: AbortSignal): Promise<void> {
    const { store, clock, judge, taken: awaitMarker, onReport } = this.#options
    try {
      // This commit follows all earlier entries, so everything that had arrived is durable when it is.
      await store.commit({})
      const report = await judge!(job, signal)
      const { asked: promotion, taken } = await trained.asking.ask(async () => {
        const challenge = trained.challenge
        if (!challenge || challenge.entry !== job.entry) return { asked: undefined }
        const evaluation = trained.judged(challenge, report, clock())
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
