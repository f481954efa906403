/** Decisions that would be other today: another score by what the log has now, and effects that would follow, or would not. */
import { Firing } from '../action/firing.ts'
import { limits } from '../base/limits.ts'
import type { ActionIR, ModelIR, PipelineIR } from '../define/ir/ir.ts'
import type { Decided } from './decided.ts'
import type { OtherDecision, TodayReport } from './report.ts'

/** Of what two engines make of the same numbers: what their rounding may add up to. */
const ROUNDING = 2 ** -40

export class Scores {
  readonly #model: ModelIR
  readonly #firings: readonly Firing[]
  readonly #examples: OtherDecision[] = []
  #decisions = 0
  #unscored = 0
  readonly #more = new Map<string, number>()
  readonly #fewer = new Map<string, number>()

  constructor({ actions = [] }: PipelineIR, model: ModelIR) {
    this.#model = model
    this.#firings = actions.filter(action => action.model === model.name).map(action => new Firing(action))
  }

  /** A decision some of whose inputs would be other: `today` is its score by SQL, `undefined` where SQL does not compute it. */
  take({ entry, key, t, score: recorded }: Decided, today: number | null | undefined): void {
    if (today === undefined) return void this.#unscored++
    if (isSameScore(recorded, today)) return
    this.#decisions++
    const would = this.#firings.flatMap(firing => {
      const [then, now] = [recorded, today].map(score => meets(firing, score))
      if (then === now) return []
      const of = now ? this.#more : this.#fewer
      of.set(firing.action.name, (of.get(firing.action.name) ?? 0) + 1)
      return [{ action: firing.action.name, would: now }]
    })
    const example: OtherDecision = { model: this.#model.name, entry, key, t, recorded, today, actions: would }
    // Those that would have done something else are told before those that have another number alone.
    if (would.length > 0) this.#examples.unshift(example)
    else this.#examples.push(example)
    this.#examples.length = Math.min(this.#examples.length, limits.RECONCILE_EXAMPLES)
  }

  get report(): TodayReport {
    const actions = this.#firings.map(({ action: { name } }: { action: ActionIR }) => ({
      action: name,
      more: this.#more.get(name) ?? 0,
      fewer: this.#fewer.get(name) ?? 0,
    }))
    return { model: this.#model.name, decisions: this.#decisions, unscored: this.#unscored, actions, examples: this.#examples }
  }
}

function isSameScore(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b), 1)
}

const meets = (firing: Firing, score: number | null): boolean =>
  firing.met({ values: Float64Array.of(score ?? 0), nulls: Uint8Array.of(score === null ? 1 : 0) }, 1).length > 0
