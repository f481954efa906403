/** The thread of one training, or of one look at a challenger. */
import { parentPort, workerData } from 'node:worker_threads'
import { SqliteReader } from '../log/sqlite/reader.ts'
import { judgeShadow } from './shadow-job.ts'
import type { BesideData, FromBeside } from './training-beside.ts'
import { trainFromLog } from './training-job.ts'

const data = workerData as BesideData
const say = (message: FromBeside): void => parentPort!.postMessage(message)

try {
  const reader = new SqliteReader(data.path)
  const result = data.kind === 'train' ? await trainFromLog(reader, data.job) : judgeShadow(reader, data.job)
  reader.close()
  say({ kind: 'done', result })
} catch (error) {
  const { code, message } = error as Error & { code?: string }
  say({ kind: 'failed', code, message })
}
