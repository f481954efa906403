/** `reports check`: a report is a function of the log, so that one that is made again has the same rows, or the log or the definitions are others. */
import { existsSync } from 'node:fs'
import { SpillwayError } from '../../base/errors.ts'
import { fileOf, jobOf, reportCode, reportsIn, type MadeReport, type ReportDone } from '../../batch/report-ledger.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { hashed, reportHash } from '../../replay/report-file.ts'
import { definitionsOf, tableOf, type Reported } from './reports-run.ts'

export interface CheckRequest {
  readonly data: string
  readonly numbers: readonly number[]
  readonly pipeline: string | undefined
  readonly json: boolean
}

type FileState = 'the same' | 'gone' | 'replaced by a later report' | 'another'

export async function checkReports(reader: SqliteReader, { data, numbers, pipeline, json }: CheckRequest): Promise<number> {
  const all = reportsIn(reader)
  const definitions = await definitionsOf(reader, pipeline)
  let isGood = true
  for (const wanted of numbers) {
    const made = all.find(one => one.number === wanted)
    if (!made?.done) throw new SpillwayError('SPILL_INPUT', made ? `report ${wanted} is ${made.state}` : `there is no report ${wanted}`)
    const { done } = made
    const hash = hashAgain(reader, definitions, made)
    const file = await fileState(data, all, made, done)
    isGood &&= hash === done.hash && file !== 'another'
    if (json) console.log(JSON.stringify({ number: wanted, was: done.hash, is: hash, file }))
    else {
      const rows = hash === done.hash ? `the same rows, ${hash}` : `its rows were ${done.hash}, and are ${hash}`
      console.log(`report ${wanted}: ${rows}; its file is ${file === 'another' ? 'another than was written' : file}`)
    }
  }
  return isGood ? 0 : 1
}

function hashAgain(reader: SqliteReader, definitions: Reported, made: MadeReport): string {
  const { report: name, code } = made
  const { ir } = definitions
  const report = ir.reports?.find(one => one.name === name)
  if (!report || reportCode(ir, report) !== code)
    throw new SpillwayError('SPILL_INPUT', `report '${name}' is not defined any more as it was then, or what it reads is not`)
  return reportHash(tableOf(reader, definitions, { ir, report, ...jobOf(made) }))
}

async function fileState(data: string, all: readonly MadeReport[], made: MadeReport, { sha256 }: ReportDone): Promise<FileState> {
  const path = fileOf(data, made)
  if (!existsSync(path)) return 'gone'
  if ((await hashed(path)).sha256 === sha256) return 'the same'
  return all.some(other => other.number > made.number && other.done && fileOf(data, other) === path)
    ? 'replaced by a later report'
    : 'another'
}
