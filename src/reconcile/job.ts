/** A reconciliation beside whatever else the process does: in a thread of its own, which reads the log by a connection of its own. */
import { extname } from 'node:path'
import { threadJob } from '../base/thread-job.ts'
import type { PipelineIR } from '../define/ir/ir.ts'
import type { ReconcileReport } from './report.ts'

export interface ReconcileJob {
  readonly pipeline: { readonly ir: PipelineIR; readonly fingerprint: string }
  /** By model, the entry of the log to begin at. */
  readonly from: Readonly<Record<string, number>>
  /** Of each model about so many decisions at most. */
  readonly decisions: number
  /** After so many milliseconds no more are taken. */
  readonly ms: number
}

/** Makes one. Rejects with what went wrong, and with `SPILL_STOPPED` when it was stopped. */
export type ReconcileBeside = (job: ReconcileJob, signal: AbortSignal) => Promise<ReconcileReport>

export interface JobData {
  readonly path: string
  readonly job: ReconcileJob
  /** An `Int32Array` of one: 1 once it shall stop. */
  readonly stop: SharedArrayBuffer
}

/** Heap of the thread, MB; the events are DuckDB's. */
const HEAP_MB = 512

const file = new URL(`./job-thread${extname(import.meta.url)}`, import.meta.url)

/** Over the log in this file. */
export const reconcileBeside =
  (path: string): ReconcileBeside =>
  (job, signal) => {
    const stop = new Int32Array(new SharedArrayBuffer(4))
    return threadJob({
      file,
      data: { path, job, stop: stop.buffer } satisfies JobData,
      signal,
      stopped: 'the reconciliation was stopped',
      // A thread that is ended in the middle of a query leaves DuckDB's behind: it ends by itself, and breaks its query off.
      onStop: () => void Atomics.store(stop, 0, 1),
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
  }
