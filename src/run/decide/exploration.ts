/**
 * Exploration of the actions of a run: draws the decisions whose action is withheld, so that their outcome can be observed. The draws are
 * recorded with the decisions.
 */
import { ExplorationSampler } from '../../action/index.ts'
import { decisionId } from '../../decision/index.ts'
import type { ActionIR, PipelineIR } from '../../define/ir/index.ts'
import { eventPositionOf } from '../../replay/index.ts'
import type { LiveDecisions } from './live-model.ts'

/**
 * The exploration of one action over a decision batch: the outcome of the draw for each decision (`action/exploration-sampler.ts`), and the
 * probability `part` of exploration.
 */
export interface ActionExploration {
  readonly action: string
  readonly part: number
  readonly fate: Uint8Array
}

/** The actions with exploration, by model. */
export class Exploration {
  /** By model. */
  readonly #explorers = new Map<string, ExplorationSampler[]>()

  /** `logName`: name of the log that holds the decisions. */
  constructor({ actions = [] }: PipelineIR, logName: string) {
    for (const action of actions) {
      if (!explores(action)) continue
      this.#explorers.set(action.model, [...(this.#explorers.get(action.model) ?? []), new ExplorationSampler(action, logName)])
    }
  }

  /** The exploration of each action of the model, in order of definition; empty for most models. */
  explorationsOf(decisions: LiveDecisions): readonly ActionExploration[] {
    const { model, length, t, entry, sourcePosition, score } = decisions
    const explorers = this.#explorers.get(model.name)
    if (!explorers) return NO_EXPLORATION
    const decisionAt = (row: number): string =>
      decisionId(model, sourcePosition ? eventPositionOf(sourcePosition[row]) : { request: String(entry[row]) })
    return explorers.map(explorer => ({
      action: explorer.action,
      part: explorer.share,
      fate: explorer.assign(score, t, length, decisionAt),
    }))
  }
}

const NO_EXPLORATION: readonly ActionExploration[] = []

const explores = (action: ActionIR): action is ActionIR & { readonly explore: number } => action.explore !== undefined
