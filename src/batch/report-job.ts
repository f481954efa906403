/**
 * Reports beside whatever else the process does: in a thread of its own, which reads the log by a connection of its own. A model that is the user's own function, or a file of
 * ONNX, is in this thread alone: such a report is made here, a step at a time.
 */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { othersTurn } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { reportModel } from '../decision/report-model.ts'
import type { Definitions } from '../decision/scoring.ts'
import { SqliteReader } from '../log/sqlite/reader.ts'
import { makeReport } from './report.ts'
import type { ReportDone, ReportJob } from './report-ledger.ts'

/** Makes a report and writes it to a path. Rejects with what went wrong, or when it was stopped. */
export type MakeReport = (job: ReportJob, path: string, signal: AbortSignal) => Promise<ReportDone>

export interface ReportData {
  /** Of the log. */
  readonly log: string
  readonly job: ReportJob
  readonly path: string
}

export type FromReport =
  | { readonly kind: 'done'; readonly done: ReportDone }
  | { readonly kind: 'failed'; readonly code: string | undefined; readonly message: string }

const thread = new URL(`./report-thread${extname(import.meta.url)}`, import.meta.url)

/** Of the log in this file. */
export const makeReportBeside =
  (log: string, scores: Definitions['scores']): MakeReport =>
  (job, path, signal) =>
    isHere(job) ? here(log, scores, job, path, signal) : beside({ log, job, path }, signal)

function isHere({ ir, report, version }: ReportJob): boolean {
  const { kind } = reportModel(ir, report).score
  return version === undefined && (kind === 'function' || kind === 'onnx')
}

/** The thread ends by itself, also when it is to stop: one that is ended from outside in the middle of another library's work takes the process with it. */
async function beside(data: ReportData, signal: AbortSignal): Promise<ReportDone> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<ReportDone>()
  const worker = new Worker(thread, { workerData: data })
  const stop = (): void => worker.postMessage('stop')
  signal.addEventListener('abort', stop, { once: true })
  worker.on('error', reject)
  worker.on('exit', () => reject(new SpillwayError('SPILL_STOPPED', 'the thread of the report ended')))
  worker.on('message', (message: FromReport) => {
    if (message.kind === 'done') resolve(message.done)
    else reject(failedWith(message))
  })
  return promise.finally(() => signal.removeEventListener('abort', stop))
}

const failedWith = ({ code, message }: Extract<FromReport, { kind: 'failed' }>): Error =>
  code === undefined ? new Error(message) : new SpillwayError(code as SpillwayError['code'], message)

async function here(log: string, scores: Definitions['scores'], job: ReportJob, path: string, signal: AbortSignal): Promise<ReportDone> {
  const reader = new SqliteReader(log)
  try {
    return await makeReport(reader, job, {
      scores,
      path,
      between: async () => {
        await othersTurn()
        signal.throwIfAborted()
      },
    })
  } finally {
    reader.close()
  }
}
