/** A model with the score that a decision was scored by: that of the version that had been promoted, as the decision recorded it, or the model's own. */
import type { ModelIR, PipelineIR } from '../define/ir/ir.ts'
import { changedInputs, inputCodes } from '../training/registry/input-codes.ts'
import { scoreOfVersion, versionOf, type NamedValues } from '../training/registry/registry.ts'

export type ScoredBy = (version: number | undefined) => ModelIR

/** Of a version that is gone, or was trained on other inputs, the score is one that SQL does not know. */
export function scoredBy(ir: PipelineIR, model: ModelIR, values: NamedValues): ScoredBy {
  const codes = inputCodes(ir, model)
  const models = new Map<number, ModelIR>()
  return (version = 0) => {
    if (version === 0) return model
    const kept = models.get(version)
    if (kept) return kept
    const trained = versionOf(values, model.name, version)
    const isOther = trained === undefined || changedInputs(trained.inputs, codes).length > 0
    const score = (isOther ? undefined : scoreOfVersion(values, model.name, version)) ?? { kind: 'function', version: `version ${version}` }
    const made: ModelIR = { ...model, score }
    models.set(version, made)
    return made
  }
}
