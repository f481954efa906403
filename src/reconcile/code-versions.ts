/** Detects decisions that were made by other definitions than the current ones. */
import { definitionOf } from '../base/index.ts'
import { canonicalJson, type ExprIR, type InputIR, type ModelIR, type PipelineIR, expressionLeaves } from '../define/ir/index.ts'
import { namedJson, type NamedValues } from '../log/index.ts'
import { PIPELINE } from '../run/index.ts'

/** A pipeline and the fingerprint of its definitions. */
export interface FingerprintedPipeline {
  readonly ir: PipelineIR
  readonly fingerprint: string
}

/**
 * True if an input may have had another meaning in the pipeline of a fingerprint. Placement is not part of the meaning, since decisions
 * record what they knew.
 */
export type MayDiffer = (fingerprint: string, model: ModelIR, input: InputIR) => boolean

/** Compares the definitions of pipelines by their fingerprints. Of pipelines before the last that ran only the fingerprints are stored. */
export function codeVersions({ ir, fingerprint: current }: FingerprintedPipeline, store: Pick<NamedValues, 'get'>): MayDiffer {
  const last = namedJson<FingerprintedPipeline>(store, PIPELINE)
  return (fingerprint, model, input) => {
    if (fingerprint === current) return false
    if (last?.fingerprint !== fingerprint) return true
    const lastMeaning = meaningOf(last.ir, model.name, input.name)
    return lastMeaning === undefined || lastMeaning !== meaningOf(ir, model.name, input.name)
  }
}

/** Definitions that determine an input; undefined if the pipeline has none of that name. */
function meaningOf(ir: PipelineIR, modelName: string, name: string): string | undefined {
  const model = ir.models.find(candidate => candidate.name === modelName)
  const input = model?.inputs.find(candidate => candidate.name === name)
  if (!model || !input) return undefined
  const features = featuresOf(input.expr).map(leaf => {
    const group = definitionOf(ir.groups, leaf.group)
    const source = definitionOf(ir.sources, group.source)
    const { identity, deleted, key } = source
    return [group.source, group.key, group.features.find(feature => feature.name === leaf.name), { identity, deleted, key }]
  })
  return canonicalJson([input.expr, model.decide, features])
}

/** Features in an expression. */
export const featuresOf = (expr: ExprIR) => expressionLeaves(expr).filter(leaf => leaf.op === 'feature')
