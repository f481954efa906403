/**
 * The versions of a model by the definitions of now. A promotion says who shall score; whether a version can depends on the inputs that the model has today, so the champion is found anew and not read.
 */
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import { scorerAfter, type Passed } from './champion.ts'
import { promotionsOf, versionsOf, type NamedValues } from './registry.ts'
import type { Version } from './version.ts'

export interface ModelVersions {
  /** The oldest first; the state `champion` is that of the version that scores. */
  readonly versions: readonly Version[]
  /** The version that scores; 0 if none does. */
  readonly champion: number
  /** Versions that were promoted later than the champion and cannot score. */
  readonly passed: readonly Passed[]
}

export function modelVersions(values: NamedValues, ir: PipelineIR, model: ModelIR): ModelVersions {
  const { champion, passed } = scorerAfter(values, ir, model, promotionsOf(values, model.name))
  const number = champion?.version ?? 0
  return {
    versions: versionsOf(values, model.name).map(version => ({ ...version, state: stateOf(version, number) })),
    champion: number,
    passed,
  }
}

/** The number of the version that scores, 0 if none does. It is found anew only after a promotion: a score of megabytes takes milliseconds to read. */
export function championFinder(values: NamedValues, ir: PipelineIR): (model: ModelIR) => number {
  const found = new Map<string, { readonly promotions: number; readonly at: number; readonly champion: number }>()
  return model => {
    const promotions = promotionsOf(values, model.name)
    const last = found.get(model.name)
    // The oldest of many are forgotten.
    const [count, at] = [promotions.length, promotions.at(-1)?.entry ?? -1]
    if (last?.promotions === count && last.at === at) return last.champion
    const champion = scorerAfter(values, ir, model, promotions).champion?.version ?? 0
    found.set(model.name, { promotions: count, at, champion })
    return champion
  }
}

function stateOf({ state, number }: Version, champion: number): Version['state'] {
  if (number === champion) return 'champion'
  return state === 'champion' ? 'retired' : state
}
