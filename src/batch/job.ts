/** A batch run beside whatever else the process does: in a thread of its own, which reads the log by a connection of its own. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SpillwayError } from '../base/errors.ts'
import type { Done, Job } from './compute.ts'

/** Makes a run: gives `take` each part of the result, one at a time. Rejects with what went wrong, or when it was stopped. */
export type Compute = (job: Job, take: (part: Uint8Array<ArrayBuffer>) => Promise<void>, signal: AbortSignal) => Promise<Done>

export interface JobData {
  readonly path: string
  readonly job: Job
}

export type FromJob =
  | { readonly kind: 'part'; readonly part: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'done'; readonly done: Done }
  | { readonly kind: 'failed'; readonly code: string | undefined; readonly message: string }

const thread = new URL(`./job-thread${extname(import.meta.url)}`, import.meta.url)

/** Runs over the log in this file. */
export const computeBeside =
  (path: string): Compute =>
  (job, take, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<Done>()
    const worker = new Worker(thread, { workerData: { path, job } satisfies JobData })
    const stop = () => reject(stopped())
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    worker.on('error', reject)
    worker.on('exit', () => reject(stopped()))
    worker.on('message', (message: FromJob) => {
      if (message.kind === 'done') resolve(message.done)
      else if (message.kind === 'failed') reject(failedWith(message))
      else take(message.part).then(() => worker.postMessage('next'), reject)
    })
    return promise.finally(() => {
      signal.removeEventListener('abort', stop)
      void worker.terminate()
    })
  }

const stopped = (): SpillwayError => new SpillwayError('SPILL_STOPPED', 'the batch run was stopped')

function failedWith({ code, message }: Extract<FromJob, { kind: 'failed' }>): Error {
  return code === undefined ? new Error(message) : new SpillwayError(code as SpillwayError['code'], message)
}
