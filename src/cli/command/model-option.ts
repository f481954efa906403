/** The model that a command line names. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { SpillwayError } from '../../base/errors.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'

/** Throws `SPILL_INPUT` for one that there is not. */
export function modelNamed(ir: PipelineIR, name: string): ModelIR {
  const model = ir.models.find(each => each.name === name)
  if (model) return model
  const names = ir.models.map(each => each.name)
  throw new SpillwayError('SPILL_INPUT', `pipeline '${ir.name}' has no model '${name}'${didYouMean(name, names)}`)
}
