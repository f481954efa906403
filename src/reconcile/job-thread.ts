/** The thread of one reconciliation. */
import { parentPort, workerData } from 'node:worker_threads'
import { stopwatch } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { SqliteReader } from '../log/sqlite/reader.ts'
import type { FromJob, JobData } from './job.ts'
import { reconcile } from './reconcile.ts'

const { path, job, stop } = workerData as JobData
const { pipeline, from, decisions, ms } = job
const began = stopwatch()
const isStopped = (): boolean => Atomics.load(new Int32Array(stop), 0) === 1

function check(): void {
  if (isStopped()) throw new SpillwayError('SPILL_STOPPED', 'the reconciliation was stopped')
  if (stopwatch() - began > ms)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `the log takes longer to read than ${ms} ms (RECONCILE_MS_MAX); run spillway reconcile by hand, or keep less of it`,
    )
}

async function made(): Promise<FromJob> {
  const reader = new SqliteReader(path)
  try {
    const report = await reconcile(pipeline, reader, {
      from,
      check,
      // What is left is the next one's.
      isEnough: given => given >= decisions || isStopped() || stopwatch() - began > ms,
    })
    return { kind: 'done', report }
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    return { kind: 'failed', code, message }
  } finally {
    reader.close()
  }
}

parentPort!.postMessage(await made())
