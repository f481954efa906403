/** A training beside whatever else the process does: in a thread of its own, which reads the log by a connection of its own. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SpillwayError } from '../base/errors.ts'
import type { ModelTraining } from '../replay/train-model.ts'
import type { TrainingJob, TrainPort } from './training-job.ts'

export interface TrainingData {
  readonly path: string
  readonly job: TrainingJob
}

export type FromTraining =
  | { readonly kind: 'done'; readonly training: ModelTraining }
  | { readonly kind: 'failed'; readonly code: string | undefined; readonly message: string }

const thread = new URL(`./training-thread${extname(import.meta.url)}`, import.meta.url)

/** Trainings on the log in this file. */
export const trainBeside =
  (path: string): TrainPort =>
  (job, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<ModelTraining>()
    const worker = new Worker(thread, { workerData: { path, job } satisfies TrainingData })
    const stop = () => reject(stopped())
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    worker.on('error', reject)
    worker.on('exit', () => reject(stopped()))
    worker.on('message', (message: FromTraining) => {
      if (message.kind === 'done') resolve(message.training)
      else reject(failedWith(message))
    })
    return promise.finally(() => {
      signal.removeEventListener('abort', stop)
      void worker.terminate()
    })
  }

const stopped = (): SpillwayError => new SpillwayError('SPILL_STOPPED', 'the training was stopped')

function failedWith({ code, message }: Extract<FromTraining, { kind: 'failed' }>): Error {
  return code === undefined ? new Error(message) : new SpillwayError(code as SpillwayError['code'], message)
}
