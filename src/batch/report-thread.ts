/** The thread of one report. It checks for a stop between two steps. */
import { parentPort, workerData } from 'node:worker_threads'
import { yieldToEventLoop, SpillwayError } from '../base/index.ts'
import { sendResult } from '../jobs/index.ts'
import { SqliteReader } from '../log/sqlite/index.ts'
import { makeReport } from './report.ts'
import type { ReportThreadInput } from './report-job.ts'

const port = parentPort!
const { log, job, path } = workerData as ReportThreadInput
let isStopped = false
port.on('message', () => (isStopped = true))

const onStep = async (): Promise<void> => {
  await yieldToEventLoop()
  if (isStopped) throw new SpillwayError('SPILL_STOPPED', 'the report was stopped')
}

const reader = new SqliteReader(log)
await sendResult(() => makeReport(reader, job, { scores: new Map(), path, onStep }))
reader.close()
port.close()
