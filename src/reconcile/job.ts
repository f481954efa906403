/** A reconciliation beside whatever else the process does: in a thread of its own, which reads the log by a connection of its own. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SpillwayError } from '../base/errors.ts'
import type { PipelineIR } from '../define/ir.ts'
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

export type FromJob =
  | { readonly kind: 'done'; readonly report: ReconcileReport }
  | { readonly kind: 'failed'; readonly code: string | undefined; readonly message: string }

/** Heap of the thread, MB; the events are DuckDB's. */
const HEAP_MB = 512

const thread = new URL(`./job-thread${extname(import.meta.url)}`, import.meta.url)

/** Over the log in this file. */
export const reconcileBeside =
  (path: string): ReconcileBeside =>
  (job, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReconcileReport>()
    const stop = new Int32Array(new SharedArrayBuffer(4))
    const workerData: JobData = { path, job, stop: stop.buffer }
    const worker = new Worker(thread, { workerData, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } })
    // A thread that is ended in the middle of a query leaves DuckDB's behind: it ends by itself, and breaks its query off.
    const ask = () => void Atomics.store(stop, 0, 1)
    signal.addEventListener('abort', ask, { once: true })
    if (signal.aborted) ask()
    worker.on('error', reject)
    worker.on('exit', () => reject(new SpillwayError('SPILL_STOPPED', 'the reconciliation was stopped')))
    worker.on('message', (message: FromJob) => {
      if (message.kind === 'done') resolve(message.report)
      else reject(failedWith(message))
    })
    return promise.finally(() => signal.removeEventListener('abort', ask))
  }

function failedWith({ code, message }: Extract<FromJob, { kind: 'failed' }>): Error {
  return code?.startsWith('SPILL_') ? new SpillwayError(code as SpillwayError['code'], message) : new Error(message)
}
