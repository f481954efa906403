/** The committed log of a data folder, for reading, and the pipeline that ran last on it. */
import type { StrictOmit } from '../base/index.ts'
import type { PipelineIR } from '../define/ir/index.ts'
import type { StoredLog } from '../log/index.ts'
import type { SqliteReader } from '../log/sqlite/index.ts'
import { PIPELINE } from '../run/index.ts'

/** Segments, recorded decisions, effects, dead letters and named values, as they are committed. */
export type FolderLog = StrictOmit<SqliteReader, 'close'>

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
