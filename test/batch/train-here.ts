import type { DecidedLog } from '../../src/run/decided-log.ts'
import { judgeShadow, type JudgePort } from '../../src/run/shadow-job.ts'
import { lookForDrift, type LookPort } from '../../src/run/drift-job.ts'
import { trainFromLog, type TrainPort } from '../../src/run/training-job.ts'

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
