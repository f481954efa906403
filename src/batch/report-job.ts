/**
 * Computes reports beside the event loop, in a thread with its own connection to the log.
 *
 * A user function or an ONNX file exists only in the main thread. A report with such a model is computed here, step by step.
 */
import { extname } from 'node:path'
import { othersTurn } from '../base/clock.ts'
import { threadJob } from '../base/thread-job.ts'
import { reportModel } from '../decision/report-model.ts'
import type { Definitions } from '../decision/scoring.ts'
import { SqliteReader } from '../log/sqlite/reader.ts'
import { makeReport } from './report.ts'
import type { ReportDone, ReportJob } from './report-ledger.ts'

/** Makes a report and writes it to a path. Rejects with the error, or when stopped. */
export type MakeReport = (job: ReportJob, path: string, signal: AbortSignal) => Promise<ReportDone>

/** Input of the report thread. */
export interface ReportData {
  /** Path of the log. */
  readonly log: string
  readonly job: ReportJob
  readonly path: string
}

const file = new URL(`./report-thread${extname(import.meta.url)}`, import.meta.url)

/** Makes reports of the log in this file. */
export const makeReportBeside =
  (log: string, scores: Definitions['scores']): MakeReport =>
  (job, path, signal) =>
    isHere(job) ? here(log, scores, job, path, signal) : beside({ log, job, path }, signal)

function isHere({ ir, report, version }: ReportJob): boolean {
  const { kind } = reportModel(ir, report).score
  return version === undefined && (kind === 'function' || kind === 'onnx')
}

/** The thread ends by itself, also when stopped: terminating it inside a native library would take the process with it. */
async function beside(data: ReportData, signal: AbortSignal): Promise<ReportDone> {
  signal.throwIfAborted()
  return threadJob({ file, data, signal, stopped: 'the thread of the report ended', onStop: worker => worker.postMessage('stop') })
}

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
