/** Runs trainings, evaluations and drift checks in a thread, which reads the log over its own connection. */
import { extname } from 'node:path'
import { after } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { threadJob } from '../../base/thread-job.ts'
import type { ModelTraining } from '../../replay/train-model.ts'
import type { ShadowReport } from '../../training/registry/version.ts'
import type { DriftJob, DriftLook, LookPort } from './drift-job.ts'
import type { JudgePort, ShadowJob } from './challenger-job.ts'
import type { TrainingJob, TrainPort } from './training-job.ts'

/** The job of one thread. */
export type BesideData =
  | { readonly path: string; readonly kind: 'train'; readonly job: TrainingJob }
  | { readonly path: string; readonly kind: 'judge'; readonly job: ShadowJob }
  | { readonly path: string; readonly kind: 'look'; readonly job: DriftJob }

const file = new URL(`./training-thread${extname(import.meta.url)}`, import.meta.url)

/** Trainings on the log in this file. */
export const trainBeside =
  (path: string): TrainPort =>
  (job, signal) =>
    runInThread<ModelTraining>({ path, kind: 'train', job }, signal)

/** Evaluations of challengers on the log in this file. */
export const judgeBeside =
  (path: string): JudgePort =>
  (job, signal) =>
    runInThread<ShadowReport>({ path, kind: 'judge', job }, signal)

/** Drift checks on the log in this file. */
export const lookBeside =
  (path: string): LookPort =>
  (job, signal) =>
    runInThread<DriftLook>({ path, kind: 'look', job }, signal)

const runInThread = <T>(data: BesideData, signal: AbortSignal): Promise<T> =>
  threadJob({
    file,
    data,
    signal,
    stopped: 'the training was stopped',
    onStop: (worker, giveUp) => {
      if (!isByCommand(data)) return giveUp()
      // The trainer command must end with all processes that it started.
      worker.postMessage('stop')
      after(limits.TRAINER_STOP_MS, giveUp)
    },
    isEnded: true,
  })

const isByCommand = ({ kind, job }: BesideData): boolean =>
  kind === 'train' && job.ir.models.some(({ name, train }) => name === job.model && typeof train?.algorithm === 'object')
