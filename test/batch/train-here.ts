import { evaluateChallenger, type EvaluationPort } from '../../src/run/jobs/challenger-job.ts'
import { checkDrift, type DriftCheckPort } from '../../src/run/jobs/drift-job.ts'
import { trainFromLog, type TrainPort } from '../../src/run/jobs/training-job.ts'
import type { StoredLog } from '../../src/log/store.ts'

/** Trainings in the same thread, over a store that no other thread can read. */
export const trainHere =
  (store: StoredLog): TrainPort =>
  job =>
    trainFromLog(store, job)

export const judgeHere =
  (store: StoredLog): EvaluationPort =>
  async job =>
    evaluateChallenger(store, job)

export const lookHere =
  (store: StoredLog): DriftCheckPort =>
  async job =>
    checkDrift(store, job)
