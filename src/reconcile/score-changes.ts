/** Decisions whose score would differ by today's log, and the actions that would change. */
import { ActionTrigger } from '../action/index.ts'
import { limits } from '../base/index.ts'
import type { ActionIR, ModelIR, PipelineIR } from '../define/ir/index.ts'
import type { DecisionCells } from './decision-selection.ts'
import type { ChangedDecision, TodayReport } from './reconcile-report.ts'

/** Relative rounding difference between two engines on the same numbers. */
const ROUNDING = 2 ** -40

/** Counts the changed decisions of one model. */
export class ScoreChanges {
  readonly #model: ModelIR
  readonly #firings: readonly ActionTrigger[]
  readonly #examples: ChangedDecision[] = []
  #decisions = 0
  #unscored = 0
  readonly #more = new Map<string, number>()
  readonly #fewer = new Map<string, number>()

  constructor({ actions = [] }: PipelineIR, model: ModelIR) {
    this.#model = model
    this.#firings = actions.filter(action => action.model === model.name).map(action => new ActionTrigger(action))
  }

  /** Adds a decision with changed inputs. `today` is its score by SQL; undefined if SQL cannot compute it. */
  add({ entry, key, t, score: recorded }: DecisionCells, today: number | null | undefined): void {
    if (today === undefined) return void this.#unscored++
    if (isSameScore(recorded, today)) return
    this.#decisions++
    const changedActions = this.#firings.flatMap(firing => {
      const [before, now] = [recorded, today].map(score => meets(firing, score))
      if (before === now) return []
      const counts = now ? this.#more : this.#fewer
      counts.set(firing.action.name, (counts.get(firing.action.name) ?? 0) + 1)
      return [{ action: firing.action.name, would: now }]
    })
    const example: ChangedDecision = { model: this.#model.name, entry, key, t, recorded, today, actions: changedActions }
    // Decisions with changed actions come before those with only a changed score.
    if (changedActions.length > 0) this.#examples.unshift(example)
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

const meets = (firing: ActionTrigger, score: number | null): boolean =>
  firing.rowsMeeting({ values: Float64Array.of(score ?? 0), nulls: Uint8Array.of(score === null ? 1 : 0) }, 1).length > 0
