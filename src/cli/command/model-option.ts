/** Lookup of the model that the command line names. */
import { unknownNameError } from '../../base/index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'

/** The model of that name. Throws `SPILL_NOT_FOUND` if the pipeline has no such model. */
export function requireModel(ir: PipelineIR, name: string): ModelIR {
  const model = ir.models.find(candidate => candidate.name === name)
  if (model) return model
  const names = ir.models.map(candidate => candidate.name)
  throw unknownNameError(ir.name, 'model', name, names)
}
