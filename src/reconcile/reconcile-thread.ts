/** Thread of one reconciliation. */
import { workerData } from 'node:worker_threads'
import { callEvery, stopwatch, SpillwayError } from '../base/index.ts'
import { sendResult } from '../jobs/index.ts'
import { SqliteReader } from '../log/sqlite/index.ts'
import type { ReconcileJobData } from './reconcile-job.ts'
import { reconcile } from './reconcile.ts'
import type { ReconcileReport } from './reconcile-report.ts'

const CHECK_INTERVAL_MS = 100
/** Factor of the time limit after which a running query is interrupted. A query begun in time may finish. */
const INTERRUPT_FACTOR = 2

const { path, job, stop } = workerData as ReconcileJobData
const { pipeline, from, decisions, ms } = job
const began = stopwatch()
const isStopped = (): boolean => Atomics.load(new Int32Array(stop), 0) === 1
const isOver = (times = 1): boolean => stopwatch() - began > times * ms

const stopped = (): SpillwayError => new SpillwayError('SPILL_STOPPED', 'the reconciliation was stopped')
const tooLong = (): SpillwayError =>
  new SpillwayError(
    'SPILL_LIMIT',
    `reading the log takes longer than ${ms} ms (RECONCILE_MS_MAX); run spillway reconcile by hand, or keep less of the log`,
  )

function check(): void {
  if (isStopped()) throw stopped()
  if (isOver()) throw tooLong()
}

async function runReconciliation(): Promise<ReconcileReport> {
  const interruption = new AbortController()
  const timer = callEvery(CHECK_INTERVAL_MS, () => {
    if (isStopped() || isOver(INTERRUPT_FACTOR)) interruption.abort()
  })
  const reader = new SqliteReader(path)
  try {
    // The next reconciliation continues with the remaining decisions.
    const isEnough = (compared: number): boolean => compared >= decisions || isStopped() || isOver()
    const report = await reconcile(pipeline, reader, { from, check, isEnough, signal: interruption.signal })
    if (isStopped()) throw stopped()
    return report
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    throw isStopped() ? stopped() : tooLong()
  } finally {
    timer.stop()
    reader.close()
  }
}

await sendResult(runReconciliation)
