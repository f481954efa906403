/** `reports check`: recomputes reports. A report is a function of the log, so different rows mean a changed log or changed definitions. */
import { existsSync } from 'node:fs'
import { SpillwayError } from '../../base/errors.ts'
import { fileOf, jobOf, reportCode, reportsIn, type MadeReport, type ReportDone } from '../../batch/report-ledger.ts'
import type { Definitions } from '../../decision/scoring.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { hashed, reportHash } from '../../replay/report-file.ts'
import { definitionsOf, tableOf } from './reports-run.ts'

/** The parsed options of `reports check`. */
export interface CheckRequest {
  readonly data: string
  readonly numbers: readonly number[]
  readonly pipeline: string | undefined
  readonly json: boolean
}

type FileState = 'the same' | 'gone' | 'replaced by a later report' | 'another'

/** Returns 1 if any report or its file differs. Throws `SPILL_INPUT` for an unknown report, or changed definitions. */
export async function checkReports(reader: SqliteReader, { data, numbers, pipeline, json }: CheckRequest): Promise<number> {
  const all = reportsIn(reader)
  const definitions = await definitionsOf(reader, pipeline)
  let isGood = true
  for (const number of numbers) {
    const record = all.find(candidate => candidate.number === number)
    if (!record?.done)
      throw new SpillwayError('SPILL_INPUT', record ? `report ${number} is ${record.state}` : `there is no report ${number}`)
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

function recomputedHash(reader: SqliteReader, definitions: Definitions, record: MadeReport): string {
  const { report: name, code } = record
  const { ir } = definitions
  const report = ir.reports?.find(candidate => candidate.name === name)
  if (!report || reportCode(ir, report) !== code)
    throw new SpillwayError('SPILL_INPUT', `report '${name}' or a definition that it reads has changed since`)
  return reportHash(tableOf(reader, definitions, { ir, report, ...jobOf(record) }))
}

async function fileState(data: string, all: readonly MadeReport[], record: MadeReport, { sha256 }: ReportDone): Promise<FileState> {
  const path = fileOf(data, record)
  if (!existsSync(path)) return 'gone'
  if ((await hashed(path)).sha256 === sha256) return 'the same'
  return all.some(other => other.number > record.number && other.done && fileOf(data, other) === path)
    ? 'replaced by a later report'
    : 'another'
}
