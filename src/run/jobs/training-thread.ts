/** Thread entry of one training, evaluation or drift check. */
import { parentPort, workerData } from 'node:worker_threads'
import { sendResult } from '../../jobs/index.ts'
import { SqliteReader } from '../../log/sqlite/index.ts'
import type { ModelTraining } from '../../replay/index.ts'
import type { ShadowReport } from '../../training/registry/index.ts'
import { checkDrift, type DriftCheckResult } from './drift-job.ts'
import { evaluateChallenger } from './challenger-job.ts'
import type { TrainingThreadData } from './training-worker.ts'
import { trainFromLog } from './training-job.ts'

const data = workerData as TrainingThreadData

const stopped = new AbortController()
parentPort!.once('message', () => stopped.abort())
// The caller may end this thread at any time.
parentPort!.unref()

await sendResult(async () => {
  const reader = new SqliteReader(data.path)
  const result = await resultOf(data, reader)
  reader.close()
  return result
})

function resultOf({ kind, job }: TrainingThreadData, reader: SqliteReader): ShadowReport | DriftCheckResult | Promise<ModelTraining> {
  if (kind === 'train') return trainFromLog(reader, job, { signal: stopped.signal })
  return kind === 'judge' ? evaluateChallenger(reader, job) : checkDrift(reader, job)
}
