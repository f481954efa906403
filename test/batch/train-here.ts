import type { StoredLog } from '../../src/log/store.ts'
import { trainFromLog, type TrainPort } from '../../src/run/training-job.ts'

/** Trainings in the same thread, over a store that no other thread can read. */
export const trainHere =
  (store: StoredLog): TrainPort =>
  job =>
    trainFromLog(store, job)
