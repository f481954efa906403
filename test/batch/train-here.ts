import type { DecidedLog } from '../../src/run/history/decided-log.ts'
import { judgeShadow, type JudgePort } from '../../src/run/jobs/challenger-job.ts'
import { lookForDrift, type LookPort } from '../../src/run/jobs/drift-job.ts'
import { trainFromLog, type TrainPort } from '../../src/run/jobs/training-job.ts'

/** Trainings in the same thread, over a store that no other thread can read. */
export const trainHere =
  (store: DecidedLog): TrainPort =>
  job =>
    trainFromLog(store, job)

export const judgeHere =
  (store: DecidedLog): JudgePort =>
  async job =>
    judgeShadow(store, job)

export const lookHere =
  (store: DecidedLog): LookPort =>
  async job =>
    lookForDrift(store, job)
