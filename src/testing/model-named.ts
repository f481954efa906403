/** Looks up models by name. */
import { SpillwayError } from '../base/index.ts'
import type { ModelIR, PipelineIR } from '../define/ir/index.ts'

/**
 * A model of a pipeline.
 * @throws `SPILL_NOT_FOUND` for an unknown name.
 */
export function modelNamed({ name: pipeline, models }: PipelineIR, name: string): ModelIR {
  const model = models.find(candidate => candidate.name === name)
  if (!model) throw new SpillwayError('SPILL_NOT_FOUND', `pipeline '${pipeline}' has no model '${name}'`)
  return model
}
