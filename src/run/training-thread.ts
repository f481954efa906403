/** The thread of one training. */
import { parentPort, workerData } from 'node:worker_threads'
import { SqliteReader } from '../log/sqlite/reader.ts'
import type { FromTraining, TrainingData } from './training-beside.ts'
import { trainFromLog } from './training-job.ts'

const { path, job } = workerData as TrainingData
const say = (message: FromTraining): void => parentPort!.postMessage(message)

try {
  const reader = new SqliteReader(path)
  const training = await trainFromLog(reader, job)
  reader.close()
  say({ kind: 'done', training })
} catch (error) {
  const { code, message } = error as Error & { code?: string }
  say({ kind: 'failed', code, message })
}
