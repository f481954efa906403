import type { LogWithDecisions } from '../../src/run/history/log-with-decisions.ts'
import { evaluateChallenger, type EvaluationPort } from '../../src/run/jobs/challenger-job.ts'
import { checkDrift, type DriftCheckPort } from '../../src/run/jobs/drift-job.ts'
import { trainFromLog, type TrainPort } from '../../src/run/jobs/training-job.ts'

/** Trainings in the same thread, over a store that no other thread can read. */
export const trainHere =
  (store: LogWithDecisions): TrainPort =>
  job =>
    trainFromLog(store, job)

export const judgeHere =
  (store: LogWithDecisions): EvaluationPort =>
  async job =>
    evaluateChallenger(store, job)

export const lookHere =
  (store: LogWithDecisions): DriftCheckPort =>
  async job =>
    checkDrift(store, job)
