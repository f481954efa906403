/** What the actions of a run leave undone of a stretch of decisions, so that what comes of them is seen; to be recorded with the decisions. */
import { Exploring } from '../../action/exploring.ts'
import { decisionId } from '../../decision/decision-id.ts'
import type { ActionIR, PipelineIR } from '../../define/ir/ir.ts'
import { placeOf } from '../../replay/decision-record.ts'
import type { LiveDecisions } from './live-model.ts'

/** Of an action that explores, what it made of each decision of a stretch (`action/exploring.ts`), and the chance with which a decision that met its condition was left undone. */
export interface ExploredBy {
  readonly action: string
  readonly part: number
  readonly fate: Uint8Array
}

export class Exploration {
  /** By model. */
  readonly #exploring = new Map<string, Exploring[]>()

  /** `logName`: of which log the decisions are. */
  constructor({ actions = [] }: PipelineIR, logName: string) {
    for (const action of actions) {
      if (!explores(action)) continue
      this.#exploring.set(action.model, [...(this.#exploring.get(action.model) ?? []), new Exploring(action, logName)])
    }
  }

  /** Of each action of the model that explores, in order of definition; empty for most models. */
  of(decisions: LiveDecisions): readonly ExploredBy[] {
    const { model, length, t, entry, position, score } = decisions
    const exploring = this.#exploring.get(model.name)
    if (!exploring) return NOTHING
    const decisionAt = (row: number): string => decisionId(model, position ? placeOf(position[row]) : { request: String(entry[row]) })
    return exploring.map(one => ({ action: one.action, part: one.part, fate: one.fates(score, t, length, decisionAt) }))
  }
}

const NOTHING: readonly ExploredBy[] = []

const explores = (action: ActionIR): action is ActionIR & { readonly explore: number } => action.explore !== undefined
