/** The thread of one batch run: gives a part of the result, and the next one when that was taken. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { SqliteReader } from '../log/sqlite/reader.ts'
import { compute } from './compute.ts'
import type { FromJob, JobData } from './job.ts'

const port = parentPort!
const { path, job } = workerData as JobData
const say = (message: FromJob, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)

try {
  const reader = new SqliteReader(path)
  const parts = compute(reader, job)
  let next = parts.next()
  for (; !next.done; next = parts.next()) {
    const taken = once(port, 'message')
    say({ kind: 'part', part: next.value }, [next.value.buffer])
    await taken
  }
  reader.close()
  say({ kind: 'done', done: next.value })
} catch (error) {
  const { code, message } = error as Error & { code?: string }
  say({ kind: 'failed', code, message })
}
