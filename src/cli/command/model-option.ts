/** Lookup of the model that the command line names. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { SpillwayError } from '../../base/errors.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'

/** The model of that name. Throws `SPILL_INPUT` if the pipeline has no such model. */
export function requireModel(ir: PipelineIR, name: string): ModelIR {
  const model = ir.models.find(candidate => candidate.name === name)
  if (model) return model
  const names = ir.models.map(candidate => candidate.name)
  throw new SpillwayError('SPILL_INPUT', `pipeline '${ir.name}' has no model '${name}'${didYouMean(name, names)}`)
}
