/** Looks at challengers in a run: when their time is over and their decisions have labels, beside everything else. What comes of one is asked for as a promotion is. */
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
  /** Without it challengers challenge for ever. */
  readonly judge: JudgePort | undefined
  /** Is everything decided that the log has? What is not recorded yet would be missing. */
  readonly isDecided: () => boolean
  /** Something is to be a mark. */
  readonly taken: (taken: Promise<void>) => Promise<void>
  readonly onReport: (report: string) => void
}

export class Judging {
  readonly #options: JudgingOptions

  constructor(options: JudgingOptions) {
    this.#options = options
  }

  /** The look at the challenger of a model that is due. */
  due(one: TrainedModel, now: number): ShadowJob | undefined {
    const { ir, judge, isDecided, clock } = this.#options
    const {
      challenge,
      model: { name, label, train },
    } = one
    const { promote } = train
    if (
      !judge ||
      !challenge ||
      one.asking.waiting ||
      promote.kind === 'hand' ||
      promote.shadow === undefined ||
      one.retry.isWaiting(clock())
    )
      return undefined
    const to = challenge.at + promote.shadow
    const at = to + horizonOf(label)
    if (at >= now || !isDecided()) return undefined
    return { ir, model: name, version: challenge.version, entry: challenge.entry, from: challenge.at, to, at }
  }

  async make(one: TrainedModel, job: ShadowJob, signal: AbortSignal): Promise<void> {
    const { store, clock, judge, taken: take, onReport } = this.#options
    try {
      // Behind everything that was appended so far: once that is durable, nothing that has arrived by then is missing.
      await store.commit({})
      const report = await judge!(job, signal)
      const { asked, taken } = await one.asking.ask(async () => {
        const challenge = one.challenge
        if (!challenge || challenge.entry !== job.entry) return { asked: undefined }
        const judged = one.judged(challenge, report, clock())
        await store.commit({ put: judged.put })
        return judged
      })
      one.retry.reset()
      if (asked) take(taken).catch(() => {})
    } catch (error) {
      if (signal.aborted) return
      one.retry.failed(clock())
      onReport(
        `version ${job.version} of model '${job.model}' could not be held against what decides, and that is tried again: ${(error as Error).message}`,
      )
    }
  }
}
