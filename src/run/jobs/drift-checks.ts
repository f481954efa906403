/** Runs the drift checks of a run when they are due, beside the loop, on a cut that is durable first. */
import type { Clock } from '../../base/clock.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { CommitWriter, NamedValues } from '../../log/store.ts'
import type { DriftJob, DriftCheckPort } from './drift-job.ts'
import { isPermanentFailure, type TrainedModel } from './trained-model.ts'

export interface DriftChecksOptions {
  readonly ir: PipelineIR
  readonly store: CommitWriter & NamedValues
  readonly clock: Clock
  /** Without it drift is not checked. */
  readonly checkDrift: DriftCheckPort | undefined
  /** Is every entry decided? Unrecorded decisions would be missing. */
  readonly isDecided: () => boolean
  readonly onReport: (report: string) => void
}

/** The drift checks of all models. */
export class DriftChecks {
  readonly #options: DriftChecksOptions
  /** Checks at which no version scored, by model, with the number of promotions by then: they are not repeated every moment. */
  readonly #unscored = new Map<string, string>()

  constructor(options: DriftChecksOptions) {
    this.#options = options
  }

  /** The due check of a model, if a version scores and has scored since before the check. */
  due(trained: TrainedModel, now: number): DriftJob | undefined {
    const { ir, store, checkDrift: look, isDecided } = this.#options
    if (!look || !trained.drift) return undefined
    // Later entries are stamped at least `now`.
    const at = trained.drift.checkDue(now - 1)
    if (at === undefined || !(at > (trained.promotions.at(-1)?.at ?? -Infinity)) || !isDecided()) return undefined
    const { name } = trained.model
    const attempt = `${at}, ${trained.promotions.length}`
    if (this.#unscored.get(name) === attempt) return undefined
    const version = trained.scorer(store)
    if (version === undefined) this.#unscored.set(name, attempt)
    return version === undefined ? undefined : { ir, model: name, version, at }
  }

  async run(trained: TrainedModel, job: DriftJob, signal: AbortSignal): Promise<void> {
    const { store, checkDrift: look, clock, onReport } = this.#options
    const { model, version, at } = job
    const when = new Date(at).toISOString()
    try {
      // This commit follows all earlier entries, so everything that had arrived is durable when it is.
      await store.commit({})
      const result = await look!(job, signal)
      const previousRequest = trained.drift!.due
      await store.commit({ put: [trained.drift!.recordCheck(at, version, result, trained.trainedAt)] })
      trained.retry.reset()
      const { due } = trained.drift!
      if (due && !previousRequest) onReport(`model '${model}' is trained again, since drift was found at ${when}: ${due.because}`)
    } catch (error) {
      if (signal.aborted) return
      const { message, code } = error as Error & { code?: string }
      if (!isPermanentFailure(code)) {
        trained.retry.failed(clock())
        onReport(`the drift check of model '${model}' of ${when} failed, and is tried again: ${message}`)
        return
      }
      trained.retry.reset()
      onReport(`the drift check of model '${model}' of ${when} failed, and the next is made at its time: ${message}`)
      await store
        .commit({ put: [trained.drift!.recordCheck(at, version, { rows: { reference: 0, recent: 0 }, silent: message }, -Infinity)] })
        .catch(() => {})
    }
  }
}
