/** The thread of one training, or of one look at a challenger or for drift. */
import { parentPort, workerData } from 'node:worker_threads'
import { SqliteReader } from '../log/sqlite/reader.ts'
import type { ModelTraining } from '../replay/train-model.ts'
import { lookForDrift } from './drift-job.ts'
import { judgeShadow } from './shadow-job.ts'
import type { BesideData, FromBeside } from './training-beside.ts'
import { trainFromLog } from './training-job.ts'

const data = workerData as BesideData
const say = (message: FromBeside): void => parentPort!.postMessage(message)

const stopped = new AbortController()
parentPort!.once('message', () => stopped.abort())
// Whoever asked may end this thread at any time, and waits for no answer.
parentPort!.unref()

try {
  const reader = new SqliteReader(data.path)
  const result = await resultOf(data, reader)
  reader.close()
  say({ kind: 'done', result })
} catch (error) {
  const { code, message } = error as Error & { code?: string }
  say({ kind: 'failed', code, message })
}

function resultOf(
  { kind, job }: BesideData,
  reader: SqliteReader,
): Extract<FromBeside, { kind: 'done' }>['result'] | Promise<ModelTraining> {
  if (kind === 'train') return trainFromLog(reader, job, { signal: stopped.signal })
  return kind === 'judge' ? judgeShadow(reader, job) : lookForDrift(reader, job)
}
