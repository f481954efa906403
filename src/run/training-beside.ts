/** Trainings, and looks at challengers and for drift, beside whatever else the process does: in a thread of their own, which reads the log by a connection of its own. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { after } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { ModelTraining } from '../replay/train-model.ts'
import type { ShadowReport } from '../training/registry/version.ts'
import type { DriftJob, DriftLook, LookPort } from './drift-job.ts'
import type { JudgePort, ShadowJob } from './shadow-job.ts'
import type { TrainingJob, TrainPort } from './training-job.ts'

export type BesideData =
  | { readonly path: string; readonly kind: 'train'; readonly job: TrainingJob }
  | { readonly path: string; readonly kind: 'judge'; readonly job: ShadowJob }
  | { readonly path: string; readonly kind: 'look'; readonly job: DriftJob }

export type FromBeside =
  | { readonly kind: 'done'; readonly result: ModelTraining | ShadowReport | DriftLook }
  | { readonly kind: 'failed'; readonly code: string | undefined; readonly message: string }

const thread = new URL(`./training-thread${extname(import.meta.url)}`, import.meta.url)

/** Trainings on the log in this file. */
export const trainBeside =
  (path: string): TrainPort =>
  (job, signal) =>
    beside<ModelTraining>({ path, kind: 'train', job }, signal)

/** Looks at challengers on the log in this file. */
export const judgeBeside =
  (path: string): JudgePort =>
  (job, signal) =>
    beside<ShadowReport>({ path, kind: 'judge', job }, signal)

/** Looks for drift in the log in this file. */
export const lookBeside =
  (path: string): LookPort =>
  (job, signal) =>
    beside<DriftLook>({ path, kind: 'look', job }, signal)

function beside<T>(workerData: BesideData, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const worker = new Worker(thread, { workerData })
  const stop = () => {
    if (!isByCommand(workerData)) return reject(stopped())
    // The command is to end with all that it has started.
    worker.postMessage('stop')
    const grace = after(limits.TRAINER_STOP_MS, () => reject(stopped()))
    void promise.catch(() => {}).finally(() => grace.stop())
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  worker.on('error', reject)
  worker.on('exit', () => reject(stopped()))
  worker.on('message', (message: FromBeside) => {
    if (message.kind === 'done') resolve(message.result as T)
    else reject(failedWith(message))
  })
  return promise.finally(() => {
    signal.removeEventListener('abort', stop)
    void worker.terminate()
  })
}

const isByCommand = ({ kind, job }: BesideData): boolean =>
  kind === 'train' && job.ir.models.some(({ name, train }) => name === job.model && typeof train?.algorithm === 'object')

const stopped = (): SpillwayError => new SpillwayError('SPILL_STOPPED', 'the training was stopped')

function failedWith({ code, message }: Extract<FromBeside, { kind: 'failed' }>): Error {
  return code === undefined ? new Error(message) : new SpillwayError(code as SpillwayError['code'], message)
}
