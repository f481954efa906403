/**
 * Computes reports beside the event loop, in a thread with its own connection to the log.
 *
 * A user function or an ONNX file exists only in the main thread. A report with such a model is computed here, step by step.
 */
import { extname } from 'node:path'
import { yieldToEventLoop } from '../base/index.ts'
import { runThreadJob } from '../jobs/index.ts'
import { reportModel, type ScoringDefinitions } from '../decision/index.ts'
import { isExternalScore } from '../define/ir/index.ts'
import { SqliteReader } from '../log/sqlite/index.ts'
import { makeReport } from './report.ts'
import type { ReportResult, ReportJob } from './report-ledger.ts'

/** Makes a report and writes it to a path. Rejects with the error, or when stopped. */
export type MakeReport = (job: ReportJob, path: string, signal: AbortSignal) => Promise<ReportResult>

/** Input of the report thread. */
export interface ReportThreadInput {
  /** Path of the log. */
  readonly log: string
  readonly job: ReportJob
  readonly path: string
}

const file = new URL(`./report-thread${extname(import.meta.url)}`, import.meta.url)

/** Makes reports of the log in this file. */
export const makeReportInThread =
  (log: string, scores: ScoringDefinitions['scores']): MakeReport =>
  (job, path, signal) =>
    needsMainThread(job) ? makeReportHere(log, scores, job, path, signal) : runReportThread({ log, job, path }, signal)

function needsMainThread({ ir, report, version }: ReportJob): boolean {
  return version === undefined && isExternalScore(reportModel(ir, report).score)
}

/** The thread ends by itself, also when stopped: terminating it inside a native library would take the process with it. */
async function runReportThread(data: ReportThreadInput, signal: AbortSignal): Promise<ReportResult> {
  signal.throwIfAborted()
  return runThreadJob({
    file,
    name: `the report '${data.job.report.name}'`,
    data,
    signal,
    onStop: thread => thread.post('stop'),
  })
}

async function makeReportHere(
  log: string,
  scores: ScoringDefinitions['scores'],
  job: ReportJob,
  path: string,
  signal: AbortSignal,
): Promise<ReportResult> {
  const reader = new SqliteReader(log)
  try {
    return await makeReport(reader, job, {
      scores,
      path,
      onStep: async () => {
        await yieldToEventLoop()
        signal.throwIfAborted()
      },
    })
  } finally {
    reader.close()
  }
}
