/** Runs trainings, evaluations and drift checks in a thread, which reads the log over its own connection. */
import { extname } from 'node:path'
import { callAfter, limits } from '../../base/index.ts'
import { runThreadJob } from '../../jobs/index.ts'
import type { ModelTraining } from '../../replay/index.ts'
import type { ShadowReport } from '../../training/registry/index.ts'
import type { ChallengerJob } from './challenger-job.ts'
import type { DriftCheckResult, DriftJob } from './drift-job.ts'
import type { ModelJobPorts } from './model-jobs.ts'
import type { TrainingJob } from './training-job.ts'

export type TrainingThreadData =
  | { readonly path: string; readonly kind: 'train'; readonly job: TrainingJob }
  | { readonly path: string; readonly kind: 'judge'; readonly job: ChallengerJob }
  | { readonly path: string; readonly kind: 'look'; readonly job: DriftJob }

const file = new URL(`./training-thread${extname(import.meta.url)}`, import.meta.url)

/** Computes jobs of models on the log in this file. */
export const modelJobsInThread = (path: string): ModelJobPorts => ({
  train: (job, signal) => runInThread<ModelTraining>({ path, kind: 'train', job }, signal),
  evaluateChallenger: (job, signal) => runInThread<ShadowReport>({ path, kind: 'judge', job }, signal),
  checkDrift: (job, signal) => runInThread<DriftCheckResult>({ path, kind: 'look', job }, signal),
})

const runInThread = <T>(data: TrainingThreadData, signal: AbortSignal): Promise<T> =>
  runThreadJob({
    file,
    name: `${nouns[data.kind]} of model '${data.job.model}'`,
    data,
    signal,
    onStop: thread => {
      if (!isByCommand(data)) return thread.terminate()
      // The trainer command must end with all processes that it started.
      thread.post('stop')
      callAfter(limits.TRAINER_STOP_MS, () => thread.terminate())
    },
    terminates: true,
  })

const nouns = { train: 'the training', judge: 'the evaluation', look: 'the drift check' } as const

const isByCommand = ({ kind, job }: TrainingThreadData): boolean =>
  kind === 'train' && job.ir.models.some(({ name, train }) => name === job.model && typeof train?.algorithm === 'object')
