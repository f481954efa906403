/**
 * The versions of a model with their current state. A promotion names the version that shall score, but whether it can depends on today's
 * inputs. So the champion is computed, not stored.
 */
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { championAfter, type SkippedVersion } from './champion.ts'
import type { NamedValues } from '../../log/index.ts'
import { promotionsOf, versionsOf } from './registry.ts'
import type { ModelVersion } from './version.ts'

/** Versions and champion of a model. */
export interface ModelVersions {
  /** Oldest first; the version that scores has state `champion`. */
  readonly versions: readonly ModelVersion[]
  /** The version that scores; 0 if none does. */
  readonly champion: number
  /** Versions promoted after the champion that cannot score. */
  readonly skipped: readonly SkippedVersion[]
}

/** Reads the versions of a model. */
export function modelVersions(values: NamedValues, ir: PipelineIR, model: ModelIR): ModelVersions {
  const { champion, passed } = championAfter(values, ir, model, promotionsOf(values, model.name))
  const number = champion?.version ?? 0
  return {
    versions: versionsOf(values, model.name).map(version => ({ ...version, state: stateOf(version, number) })),
    champion: number,
    skipped: passed,
  }
}

/** The number of the scoring version, 0 if none. Cached until the next promotion, since reading a score of megabytes takes milliseconds. */
export function championFinder(values: NamedValues, ir: PipelineIR): (model: ModelIR) => number {
  const cache = new Map<string, { readonly promotions: number; readonly at: number; readonly champion: number }>()
  return model => {
    const promotions = promotionsOf(values, model.name)
    const cached = cache.get(model.name)
    // Old promotions are deleted, so the count alone does not tell.
    const [count, at] = [promotions.length, promotions.at(-1)?.entry ?? -1]
    if (cached?.promotions === count && cached.at === at) return cached.champion
    const champion = championAfter(values, ir, model, promotions).champion?.version ?? 0
    cache.set(model.name, { promotions: count, at, champion })
    return champion
  }
}

function stateOf({ state, number }: ModelVersion, champion: number): ModelVersion['state'] {
  if (number === champion) return 'champion'
  return state === 'champion' ? 'retired' : state
}
