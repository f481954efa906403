/**
 * Readings at a steady rate, whether or not a run keeps up: each batch has its own due time, from which its latency is counted. On the
 * thread of the run, like its sources.
 */
import { pause, stopwatch } from '../../src/base/clock.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import type { Run } from '../../src/run/loop/run.ts'
import type { Reading } from './readings.ts'

export interface Steady {
  readonly eventsPerSecond: number
  /** Between two batches. */
  readonly everyMs: number
  /** Numbered from 0. */
  readonly readingAt: (number: number) => Reading
}

export interface OpenLoopCounts {
  events: number
  duplicates: number
  rejected: number
  /** Milliseconds from the due time of a batch to its acknowledgement, of the first ones (`LATENCIES_MAX`). */
  readonly acknowledgedMs: number[]
}

const LATENCIES_MAX = 1_000_000

/** Sends from reading `first` on until `isOver`, and waits for every acknowledgement. Rejects if the run fails. */
export async function sendSteadily(
  run: Run,
  { eventsPerSecond, everyMs, readingAt }: Steady,
  first: number,
  isOver: () => boolean,
): Promise<OpenLoopCounts> {
  const counts: OpenLoopCounts = { events: 0, duplicates: 0, rejected: 0, acknowledgedMs: [] }
  const begin = stopwatch()
  const waiting = new Set<Promise<void>>()
  const failed: unknown[] = []
  const send = async (records: readonly Reading[], due: number): Promise<void> => {
    try {
      const { duplicates, rejected } = await run.submit('readings', recordBatchOf(records))
      counts.duplicates += duplicates
      counts.rejected += rejected
      if (counts.acknowledgedMs.length < LATENCIES_MAX) counts.acknowledgedMs.push(stopwatch() - due)
    } catch (error) {
      failed.push(error)
    }
  }
  for (let batch = 0; !isOver() && failed.length === 0; batch++) {
    const due = begin + batch * everyMs
    await pause(Math.max(0, due - stopwatch()))
    const upto = Math.floor(((batch + 1) * everyMs * eventsPerSecond) / 1000)
    const records = Array.from({ length: upto - counts.events }, (_, i) => readingAt(first + counts.events + i))
    counts.events = upto
    if (records.length === 0) continue
    const sending = send(records, due).finally(() => waiting.delete(sending))
    waiting.add(sending)
  }
  await Promise.all(waiting)
  if (failed.length > 0) throw failed[0]
  return counts
}

/** Drives the ticks of a run, as the command line does. */
export const TICK_EVERY_MS = 20
