/**
 * Reports beside whatever else the process does: in a thread of its own, which reads the log by a connection of its own. A model that is the user's own function, or a file of
 * ONNX, is in this thread alone: such a report is made here, a step at a time.
 */
import { extname } from 'node:path'
import { othersTurn } from '../base/clock.ts'
import { threadJob } from '../base/thread-job.ts'
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

const file = new URL(`./report-thread${extname(import.meta.url)}`, import.meta.url)

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
