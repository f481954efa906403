/** The pipeline that ran last in a data folder, as the log stores it. */
import type { PipelineIR } from '../define/ir/index.ts'
import type { StoredLog } from '../log/index.ts'
import { PIPELINE } from '../run/index.ts'

/** A pipeline without the functions of the user. */
export interface StoredPipeline {
  readonly fingerprint: string
  readonly ir: PipelineIR
}

/** The pipeline that ran last; `undefined` if none has. */
export function lastPipeline(log: Pick<StoredLog, 'get'>): StoredPipeline | undefined {
  const text = log.get(PIPELINE)
  return text === undefined ? undefined : (JSON.parse(text) as StoredPipeline)
}
