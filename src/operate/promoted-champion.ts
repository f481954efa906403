/** The champion of a model in a data folder: the version that scores now, and the end of its training data. */
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import { championAfter, type Champion, promotionsOf, versionOf } from '../training/registry/index.ts'
import type { NamedValues } from '../log/index.ts'

/** A version that scores. */
export interface PromotedChampion extends Champion {
  /** End of its training data, UTC ms. */
  readonly learntTo: number
}

/** The champion, or the reason why no version scores: none is promoted, or the promoted one cannot score. */
export function promotedChampion(values: NamedValues, ir: PipelineIR, model: ModelIR): PromotedChampion | { readonly why: string } {
  const { champion, passed } = championAfter(values, ir, model, promotionsOf(values, model.name))
  if (champion) return { ...champion, learntTo: versionOf(values, model.name, champion.version)?.trained?.split.trainedTo ?? Infinity }
  const [last] = passed
  return { why: last ? `version ${last.version} is promoted and cannot score, since ${last.why}` : 'no version is promoted' }
}
