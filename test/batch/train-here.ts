import type { StoredLog } from '../../src/log/store.ts'
import { judgeShadow, type DecidedLog, type JudgePort } from '../../src/run/shadow-job.ts'
import { lookForDrift, type LookPort } from '../../src/run/drift-job.ts'
import { trainFromLog, type TrainPort } from '../../src/run/training-job.ts'

/** Trainings in the same thread, over a store that no other thread can read. */
export const trainHere =
  (store: StoredLog): TrainPort =>
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
