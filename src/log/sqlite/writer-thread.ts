/**
 * The writer's thread: receives commits as messages, writes all waiting commits in one transaction, and replies with the number of the
 * last.
 *
 * Commits that arrive while it waits for the disk queue up (group commit): the slower the disk, the larger the groups.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { limits, pauseBlocking } from '../../base/index.ts'
import type { Commit } from '../store.ts'
import { Gate } from './gate.ts'
import { LogWriter } from './writer.ts'

export interface WriterData {
  readonly path: string
  readonly gate: SharedArrayBuffer
  /** Milliseconds to wait at each fsync, to simulate a slower disk. For benches and tests. */
  readonly fsyncMs?: number | undefined
  readonly pagesMax?: number | undefined
}

export type WriterRequest = { readonly number: number; readonly commit: Commit } | 'close'
export type WriterReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly number: number }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined; readonly errcode: number | undefined }
  | { readonly kind: 'closed' }

const port = parentPort!
const { path, gate: shared, fsyncMs = 0, pagesMax } = workerData as WriterData
const gate = new Gate(shared)
const post = (message: WriterReply): void => port.postMessage(message)

try {
  const writer = new LogWriter(path, pagesMax)
  let failed = false
  post({ kind: 'ready' })
  port.on('message', (message: WriterRequest) => {
    const commits: Commit[] = []
    let last = -1
    let closing = false
    const enqueue = (request: WriterRequest): void => {
      if (request === 'close') closing = true
      else {
        commits.push(request.commit)
        last = request.number
      }
    }
    enqueue(message)
    while (commits.length < limits.COMMITS_AT_ONCE) {
      const next = receiveMessageOnPort(port)
      if (!next) break
      enqueue(next.message as WriterRequest)
    }
    if (commits.length > 0 && !failed) {
      try {
        gate.pass(limits.WAL_WAIT_MS_MAX)
        if (fsyncMs > 0) pauseBlocking(fsyncMs)
        writer.write(commits)
        post({ kind: 'done', number: last })
      } catch (error) {
        failed = true
        post(failure(error))
      }
    }
    if (!closing) return
    writer.close()
    post({ kind: 'closed' })
    port.close()
  })
} catch (error) {
  post(failure(error))
}

function failure(error: unknown): WriterReply {
  const { message, code, errcode } = error as Error & { code?: string; errcode?: number }
  return { kind: 'failed', message, code, errcode }
}
