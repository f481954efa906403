/** Model that scored a decision: with the score of the recorded version, or with the model's own score. */
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'
import { changedInputs, inputCodes, scoreOfVersion, versionOf } from '../training/registry/index.ts'
import type { NamedValues } from '../log/index.ts'

export type ScoringModelOf = (version: number | undefined) => ModelIR

/** A version that was deleted or trained on other inputs gets a score that SQL does not know. */
export function scoringModels(ir: PipelineIR, model: ModelIR, values: NamedValues): ScoringModelOf {
  const codes = inputCodes(ir, model)
  const models = new Map<number, ModelIR>()
  return (version = 0) => {
    if (version === 0) return model
    const cached = models.get(version)
    if (cached) return cached
    const trained = versionOf(values, model.name, version)
    const isOther = trained === undefined || changedInputs(trained.inputs, codes).length > 0
    const score = (isOther ? undefined : scoreOfVersion(values, model.name, version)) ?? { kind: 'function', version: `version ${version}` }
    const versioned: ModelIR = { ...model, score }
    models.set(version, versioned)
    return versioned
  }
}
