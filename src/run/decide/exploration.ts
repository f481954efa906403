/**
 * Exploration of the actions of a run: draws the decisions whose action is withheld, so that their outcome can be observed. The draws are
 * recorded with the decisions.
 */
import { Exploring } from '../../action/exploring.ts'
import { decisionId } from '../../decision/decision-id.ts'
import type { ActionIR, PipelineIR } from '../../define/ir/ir.ts'
import { placeOf } from '../../replay/decision-record.ts'
import type { LiveDecisions } from './live-model.ts'

/**
 * The exploration of one action over a decision batch: the outcome of the draw for each decision (`action/exploring.ts`), and the
 * probability `part` of exploration.
 */
export interface ExploredBy {
  readonly action: string
  readonly part: number
  readonly fate: Uint8Array
}

/** The actions with exploration, by model. */
export class Exploration {
  /** By model. */
  readonly #explorers = new Map<string, Exploring[]>()

  /** `logName`: name of the log that holds the decisions. */
  constructor({ actions = [] }: PipelineIR, logName: string) {
    for (const action of actions) {
      if (!explores(action)) continue
      this.#explorers.set(action.model, [...(this.#explorers.get(action.model) ?? []), new Exploring(action, logName)])
    }
  }

  /** The exploration of each action of the model, in order of definition; empty for most models. */
  of(decisions: LiveDecisions): readonly ExploredBy[] {
    const { model, length, t, entry, position, score } = decisions
    const explorers = this.#explorers.get(model.name)
    if (!explorers) return NO_EXPLORATION
    const decisionAt = (row: number): string => decisionId(model, position ? placeOf(position[row]) : { request: String(entry[row]) })
    return explorers.map(explorer => ({ action: explorer.action, part: explorer.part, fate: explorer.fates(score, t, length, decisionAt) }))
  }
}

const NO_EXPLORATION: readonly ExploredBy[] = []

const explores = (action: ActionIR): action is ActionIR & { readonly explore: number } => action.explore !== undefined
