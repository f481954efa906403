/** `reports check`: recomputes reports. A report is a function of the log, so different rows mean a changed log or changed definitions. */
import { existsSync } from 'node:fs'
import { SpillwayError } from '../../base/errors.ts'
import { reportRunPath, reproducibleJob, reportCode, reportRunsIn, type ReportRun, type ReportResult } from '../../batch/report-ledger.ts'
import type { ScoringDefinitions } from '../../decision/model-scorer.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { hashFile, hashReportRows } from '../../replay/report-file.ts'
import { loadDefinitions, computeReportTable } from './reports-run.ts'

/** The parsed options of `reports check`. */
export interface ReportCheckRequest {
  readonly data: string
  readonly numbers: readonly number[]
  readonly pipeline: string | undefined
  readonly json: boolean
}

type FileState = 'the same' | 'gone' | 'replaced by a later report' | 'another'

/** Returns 1 if any report or its file differs. Throws `SPILL_NOT_FOUND` for an unknown report, `SPILL_CONFLICT` for a changed one. */
export async function checkReports(reader: SqliteReader, { data, numbers, pipeline, json }: ReportCheckRequest): Promise<number> {
  const all = reportRunsIn(reader)
  const definitions = await loadDefinitions(reader, pipeline)
  let isGood = true
  for (const number of numbers) {
    const record = all.find(candidate => candidate.number === number)
    if (!record) throw new SpillwayError('SPILL_NOT_FOUND', `there is no report ${number}`)
    if (!record.done) throw new SpillwayError('SPILL_CONFLICT', `report ${number} is ${record.state}`)
    const { done } = record
    const hash = recomputedHash(reader, definitions, record)
    const file = await fileState(data, all, record, done)
    isGood &&= hash === done.hash && file !== 'another'
    if (json) console.log(JSON.stringify({ number, was: done.hash, is: hash, file }))
    else {
      const rows = hash === done.hash ? `the same rows, ${hash}` : `its rows were ${done.hash}, and are ${hash}`
      console.log(`report ${number}: ${rows}; its file is ${file === 'another' ? 'another than was written' : file}`)
    }
  }
  return isGood ? 0 : 1
}

function recomputedHash(reader: SqliteReader, definitions: ScoringDefinitions, record: ReportRun): string {
  const { report: name, code } = record
  const { ir } = definitions
  const report = ir.reports?.find(candidate => candidate.name === name)
  if (!report || reportCode(ir, report) !== code)
    throw new SpillwayError('SPILL_CONFLICT', `report '${name}' or a definition that it reads has changed since`)
  return hashReportRows(computeReportTable(reader, definitions, { ir, report, ...reproducibleJob(record) }))
}

async function fileState(data: string, all: readonly ReportRun[], record: ReportRun, { sha256 }: ReportResult): Promise<FileState> {
  const path = reportRunPath(data, record)
  if (!existsSync(path)) return 'gone'
  if ((await hashFile(path)).sha256 === sha256) return 'the same'
  return all.some(other => other.number > record.number && other.done && reportRunPath(data, other) === path)
    ? 'replaced by a later report'
    : 'another'
}
