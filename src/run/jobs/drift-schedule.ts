/**
 * The drift schedule of one trained model: due checks, their results, and the trainings that they request.
 *
 * The result of a check and the training that it requests are one stored value, and so are a finished training and its cleared request: a
 * crash leaves one state or the other. Persistent drift requests another training after its cool-down, then after twice as long each time.
 * A check without drift resets the cool-down.
 */
import { limits, WEEK_MS } from '../../base/index.ts'
import type { DriftIR } from '../../define/ir/index.ts'
import { JobSchedule } from '../../jobs/index.ts'
import { driftStateOf, putDriftState, type DriftState, type DueTraining } from '../../training/registry/index.ts'
import type { NamedValues, NamedWrite } from '../../log/index.ts'
import type { DriftCheckResult } from './drift-job.ts'

export class DriftSchedule {
  readonly #model: string
  readonly #cooldown: number
  readonly #schedule: JobSchedule
  #state: DriftState | undefined

  /**
   * `horizon`: of the label, ms. It is also the default cool-down (at least a week), so that a second training has labels of decisions
   * since the shift.
   */
  constructor(values: NamedValues, model: string, { look, cooldown }: DriftIR, horizon: number) {
    this.#model = model
    this.#cooldown = cooldown ?? Math.max(WEEK_MS, horizon)
    this.#state = driftStateOf(values, model)
    this.#schedule = new JobSchedule({ kind: 'interval', every: look, phase: 0 }, this.#state?.at)
  }

  /** Time of the due check, UTC ms, if there is one. */
  checkDue(now: number): number | undefined {
    return this.#schedule.due(now)
  }

  /** The requested training. */
  get due(): DueTraining | undefined {
    return this.#state?.due
  }

  /** End of the cool-down, UTC ms: no training is requested before. */
  get restsUntil(): number {
    const { requestedAt = -Infinity, trainings = 0 } = this.#state ?? {}
    return requestedAt + this.#cooldown * 2 ** Math.min(Math.max(0, trainings - 1), limits.DRIFT_COOLDOWN_DOUBLINGS)
  }

  /** Records a check. `trainedAt`, UTC ms: trainings have covered what had arrived by then. Returns the value to commit. */
  recordCheck(at: number, version: number, look: DriftCheckResult, trainedAt: number): NamedWrite {
    const { trainings = 0, requestedAt, due } = this.#state ?? {}
    const { because, silent } = look
    this.#schedule.complete(at)
    // A check that compares nothing does not end drift that was found before.
    const since = because === undefined ? (silent === undefined ? undefined : this.#state?.since) : (this.#state?.since ?? at)
    const recorded = {
      ...look,
      at,
      version,
      ...(since !== undefined && { since }),
      ...(requestedAt !== undefined && { requestedAt }),
      ...(due && { due }),
    }
    if (because === undefined) return this.#keep({ ...recorded, trainings: silent === undefined ? 0 : trainings })
    if (due || at < this.restsUntil) return this.#keep({ ...recorded, trainings })
    // A scheduled training has already covered these events.
    const next = trainedAt >= at ? undefined : { at, because }
    return this.#keep({ ...recorded, requestedAt: at, trainings: trainings + 1, ...(next && { due: next }) })
  }

  /** Clears a request that a training up to `at` has covered. Returns the values to commit. */
  recordTraining(at: number): NamedWrite[] {
    if (!this.#state?.due || this.#state.due.at > at) return []
    const { due: _made, ...state } = this.#state
    return [this.#keep(state)]
  }

  #keep(state: DriftState): NamedWrite {
    this.#state = state
    return putDriftState(this.#model, state.requestedAt === undefined ? state : { ...state, restsUntil: this.restsUntil })
  }
}
