/** Thread entry of one training, evaluation or drift check. */
import { parentPort, workerData } from 'node:worker_threads'
import { answer } from '../../base/thread-job.ts'
import { SqliteReader } from '../../log/sqlite/reader.ts'
import type { ModelTraining } from '../../replay/train-model.ts'
import type { ShadowReport } from '../../training/registry/version.ts'
import { lookForDrift, type DriftLook } from './drift-job.ts'
import { judgeShadow } from './challenger-job.ts'
import type { BesideData } from './training-worker.ts'
import { trainFromLog } from './training-job.ts'

const data = workerData as BesideData

const stopped = new AbortController()
parentPort!.once('message', () => stopped.abort())
// The caller may end this thread at any time.
parentPort!.unref()

await answer(async () => {
  const reader = new SqliteReader(data.path)
  const result = await resultOf(data, reader)
  reader.close()
  return result
})

function resultOf({ kind, job }: BesideData, reader: SqliteReader): ShadowReport | DriftLook | Promise<ModelTraining> {
  if (kind === 'train') return trainFromLog(reader, job, { signal: stopped.signal })
  return kind === 'judge' ? judgeShadow(reader, job) : lookForDrift(reader, job)
}
