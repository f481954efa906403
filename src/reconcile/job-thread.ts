/** The thread of one reconciliation. */
import { workerData } from 'node:worker_threads'
import { every, stopwatch } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { answer } from '../base/thread-job.ts'
import { SqliteReader } from '../log/sqlite/reader.ts'
import type { JobData } from './job.ts'
import { reconcile } from './reconcile.ts'
import type { ReconcileReport } from './report.ts'

const LOOK_EVERY_MS = 100
/** Of the time that it has, how often it may take it before a query is broken off: what is begun in time may be ended. */
const PATIENCE = 2

const { path, job, stop } = workerData as JobData
const { pipeline, from, decisions, ms } = job
const began = stopwatch()
const isStopped = (): boolean => Atomics.load(new Int32Array(stop), 0) === 1
const isOver = (times = 1): boolean => stopwatch() - began > times * ms

const stopped = (): SpillwayError => new SpillwayError('SPILL_STOPPED', 'the reconciliation was stopped')
const tooLong = (): SpillwayError =>
  new SpillwayError(
    'SPILL_LIMIT',
    `it takes longer than ${ms} ms (RECONCILE_MS_MAX) to read the log; run spillway reconcile by hand, or keep less of it`,
  )

function check(): void {
  if (isStopped()) throw stopped()
  if (isOver()) throw tooLong()
}

async function made(): Promise<ReconcileReport> {
  const ending = new AbortController()
  const looking = every(LOOK_EVERY_MS, () => {
    if (isStopped() || isOver(PATIENCE)) ending.abort()
  })
  const reader = new SqliteReader(path)
  try {
    // What is left is the next one's.
    const isEnough = (given: number): boolean => given >= decisions || isStopped() || isOver()
    return await reconcile(pipeline, reader, { from, check, isEnough, signal: ending.signal })
  } catch (error) {
    if (!ending.signal.aborted) throw error
    throw isStopped() ? stopped() : tooLong()
  } finally {
    looking.stop()
    reader.close()
  }
}

await answer(made)
