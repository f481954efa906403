/** The thread of one report. It is told to stop between two steps. */
import { parentPort, workerData } from 'node:worker_threads'
import { othersTurn } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { SqliteReader } from '../log/sqlite/reader.ts'
import { makeReport } from './report.ts'
import type { FromReport, ReportData } from './report-job.ts'

const port = parentPort!
const { log, job, path } = workerData as ReportData
const say = (message: FromReport): void => port.postMessage(message)
let isStopped = false
port.on('message', () => (isStopped = true))

const between = async (): Promise<void> => {
  await othersTurn()
  if (isStopped) throw new SpillwayError('SPILL_STOPPED', 'the report was stopped')
}

const reader = new SqliteReader(log)
try {
  say({ kind: 'done', done: await makeReport(reader, job, { scores: new Map(), path, between }) })
} catch (error) {
  const { code, message } = error as Error & { code?: string }
  say({ kind: 'failed', code, message })
} finally {
  reader.close()
  port.close()
}
