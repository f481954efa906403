/**
 * The drift of one model that is trained: when it is looked for, what was found, and the training that it asks for.
 *
 * What a look found and the training that it asks for are one value of the store, and so are a training that is done and that nothing is due any more: a crash leaves either. Drift that
 * stays asks for a training again only after its cool-down, and then after twice as long each time; a look that finds none begins anew.
 */
import { limits } from '../../base/limits.ts'
import type { DriftIR } from '../../define/ir/train-ir.ts'
import { scheduleCursor } from '../../kernel/schedule.ts'
import { driftStateOf, putDriftState, type DriftState, type DueTraining } from '../../training/registry/drift-state.ts'
import type { NamedValues, Put } from '../../training/registry/registry.ts'
import type { DriftLook } from './drift-job.ts'

const WEEK_MS = 7 * 86_400_000

export class DriftWatch {
  readonly #model: string
  readonly #cooldown: number
  readonly #lastLook: (moment: number) => number
  #state: DriftState | undefined

  /** `horizon` of the label, ms. Unless the definition says, the cool-down is as long: so that a second training has labels of decisions since the shift. */
  constructor(values: NamedValues, model: string, { look, cooldown }: DriftIR, horizon: number) {
    this.#model = model
    this.#cooldown = cooldown ?? Math.max(WEEK_MS, horizon)
    this.#lastLook = scheduleCursor({ kind: 'interval', every: look, phase: 0 })
    this.#state = driftStateOf(values, model)
  }

  /** The time of the look that is due, if one is: of those that were missed the last. Moments do not decrease. */
  lookDue(moment: number): number | undefined {
    const at = this.#lastLook(moment)
    return at > (this.#state?.at ?? -Infinity) ? at : undefined
  }

  /** The training that drift asks for. */
  get due(): DueTraining | undefined {
    return this.#state?.due
  }

  /** Until when no other is asked for, UTC ms. */
  get rests(): number {
    const { asked = -Infinity, trainings = 0 } = this.#state ?? {}
    return asked + this.#cooldown * 2 ** Math.min(Math.max(0, trainings - 1), limits.DRIFT_COOLDOWN_DOUBLINGS)
  }

  /** A look was made; `trainedAt`, UTC ms: what had arrived by then has been learnt from, or could not be. What to commit. */
  looked(at: number, version: number, look: DriftLook, trainedAt: number): Put {
    const { trainings = 0, asked, due } = this.#state ?? {}
    const { because, silent } = look
    const kept = { ...look, at, version, ...(asked !== undefined && { asked }), ...(due && { due }) }
    if (because === undefined) return this.#keep({ ...kept, trainings: silent === undefined ? 0 : trainings })
    if (due || at < this.rests) return this.#keep({ ...kept, trainings })
    // What it would learn from has been learnt from already, on a schedule.
    const next = trainedAt >= at ? undefined : { at, because }
    return this.#keep({ ...kept, asked: at, trainings: trainings + 1, ...(next && { due: next }) })
  }

  /** What had arrived by `at` was learnt from, or never can be: what to commit with that. */
  trained(at: number): Put[] {
    if (!this.#state?.due || this.#state.due.at > at) return []
    const { due: _made, ...state } = this.#state
    return [this.#keep(state)]
  }

  #keep(state: DriftState): Put {
    this.#state = state
    return putDriftState(this.#model, state)
  }
}
