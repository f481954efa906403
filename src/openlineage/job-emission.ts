/** Events of a job that a command performs by itself, without a running pipeline: START, and its end. */
import { type Clock, wallClock } from '../base/index.ts'
import { EventQueue } from './event-queue.ts'
import type { LineageTarget } from './receivers.ts'
import { errorFacet, type LineageJob, runEventOf, runIdOf } from './run-event.ts'

/** A job of a command. */
export interface EmittedJob {
  readonly job: LineageJob
  readonly target: LineageTarget
  readonly onReport: (report: string) => void
  readonly clock?: Clock
}

/** Performs work between the START and the COMPLETE of a job, or its FAIL with the message of the error, which it throws. */
export async function emitJob<T>({ job, target, onReport, clock = wallClock }: EmittedJob, work: () => Promise<T>): Promise<T> {
  const queue = new EventQueue({ receiver: target.receiver, onReport })
  const began = clock()
  // A command has no record in a ledger: its process and its start identify it.
  const runId = runIdOf(job.namespace, job.name, process.pid, began)
  queue.add(runEventOf({ type: 'START', at: began, runId }, job))
  try {
    const result = await work()
    queue.add(runEventOf({ type: 'COMPLETE', at: clock(), runId }, job))
    return result
  } catch (error) {
    queue.add(runEventOf({ type: 'FAIL', at: clock(), runId, facets: errorFacet((error as Error).message) }, job))
    throw error
  } finally {
    await queue.close()
  }
}
