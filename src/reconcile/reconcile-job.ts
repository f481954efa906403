/** Reconciliation in a separate thread with its own connection to the log. */
import { extname } from 'node:path'
import { runThreadJob } from '../jobs/index.ts'
import type { FingerprintedPipeline } from './code-versions.ts'
import type { ReconcileReport } from './reconcile-report.ts'

/** Limits and inputs of one reconciliation. */
export interface ReconcileJob {
  readonly pipeline: FingerprintedPipeline
  /** First entry of the log, by model. */
  readonly from: Readonly<Record<string, number>>
  /** Approximate greatest number of decisions per model. */
  readonly decisions: number
  /** Milliseconds after which no more decisions are read. */
  readonly ms: number
}

/** Runs one reconciliation. Rejects with its error, or with `SPILL_STOPPED` after an abort. */
export type ReconcileInThread = (job: ReconcileJob, signal: AbortSignal) => Promise<ReconcileReport>

/** Message to the thread. */
export interface ReconcileJobData {
  readonly path: string
  readonly job: ReconcileJob
  /** `Int32Array` with one element: 1 requests a stop. */
  readonly stop: SharedArrayBuffer
}

/** Heap limit of the thread, MB. DuckDB holds the events outside of it. */
const HEAP_MB = 512

const file = new URL(`./reconcile-thread${extname(import.meta.url)}`, import.meta.url)

/** Reconciles the log in this file. */
export const reconcileInThread =
  (path: string): ReconcileInThread =>
  (job, signal) => {
    const stop = new Int32Array(new SharedArrayBuffer(4))
    return runThreadJob({
      file,
      name: 'the reconciliation',
      data: { path, job, stop: stop.buffer } satisfies ReconcileJobData,
      signal,
      // Ending a thread in the middle of a query would leak DuckDB's thread, so the thread interrupts its query and ends itself.
      onStop: () => void Atomics.store(stop, 0, 1),
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
  }
