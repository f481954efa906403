import { SpillwayError } from '../base/errors.ts'
import type { InferredSchema } from '../files/infer.ts'
import type { Project } from './init.ts'

export function inferredProject(_schema: InferredSchema, _events: string): Project {
  throw new SpillwayError('SPILL_UNSUPPORTED', 'init --from does not exist yet; leave --from out')
}
