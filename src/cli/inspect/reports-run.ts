/** `reports run`: a report of any time that the log has, made from the log alone, whoever runs on it. It is no part of the ledger. */
import { SpillwayError } from '../../base/errors.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { timestampMs } from '../../base/exact.ts'
import { runsIn } from '../../batch/ledger.ts'
import { reportTable } from '../../batch/report.ts'
import { runsUsed, versionUsed, type ReportJob } from '../../batch/report-ledger.ts'
import { reportModel } from '../../decision/report-model.ts'
import { reportRecords } from '../../decision/report-records.ts'
import type { ReportTable } from '../../decision/report-rows.ts'
import type { Definitions } from '../../decision/scoring.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { writeReport } from '../../replay/report-file.ts'
import { PIPELINE } from '../../run/recovery/opening.ts'
import { UsageError } from '../command/command.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { counted } from '../command/replay-summary.ts'
import { timeText } from '../command/time-text.ts'

export type Reported = Definitions

export interface MakeRequest {
  readonly name: string
  readonly at?: string
  readonly out?: string
  readonly pipeline?: string
}

/** Those of a file, or those that ran last, whose functions nobody has. */
export async function definitionsOf(reader: SqliteReader, path: string | undefined): Promise<Reported> {
  if (path !== undefined) return importPipeline(path)
  const { ir } = JSON.parse(reader.get(PIPELINE) ?? '{}') as { ir?: PipelineIR }
  if (!ir) throw new SpillwayError('SPILL_INPUT', 'no pipeline has run in this folder; name one: --pipeline FILE')
  return { ir, scores: new Map() }
}

/** Throws `SPILL_INPUT` where the user's own function is needed and is not there. */
export function tableOf(reader: SqliteReader, { ir, scores }: Reported, job: ReportJob): ReportTable {
  const { name, score } = reportModel(ir, job.report)
  const isGiven = score.kind === 'function' || score.kind === 'onnx'
  if (isGiven && job.version === undefined && !scores.has(name))
    throw new SpillwayError(
      'SPILL_INPUT',
      `report '${job.report.name}' is of model '${name}', whose score is in your own files alone; name the pipeline's: --pipeline FILE`,
    )
  const making = reportTable(reader, job, scores)
  for (;;) {
    const next = making.next()
    if (next.done) return next.value
  }
}

export async function makeNow(reader: SqliteReader, { name, at, out, pipeline }: MakeRequest): Promise<number> {
  const definitions = await definitionsOf(reader, pipeline)
  const { ir } = definitions
  const report = ir.reports?.find(one => one.name === name)
  if (!report) {
    const names = (ir.reports ?? []).map(one => one.name)
    throw new SpillwayError('SPILL_INPUT', `pipeline '${ir.name}' has no report '${name}'${didYouMean(name, names)}`)
  }
  const last = reader.lastSegment()
  if (!last) throw new SpillwayError('SPILL_INPUT', 'the log is empty, and there is nothing to report')
  const s = at === undefined ? last.arrival : momentOf(at)
  const runs = runsIn(reader)
  const used = Object.entries(runsUsed(ir, report, runs, s)).filter(([group]) => runs.some(run => run.group === group))
  const job = { s, cut: last.first + last.entries, runs: Object.fromEntries(used), ...versionUsed(reader, ir, report, s) }
  const table = tableOf(reader, definitions, { ir, report, ...job })
  if (out === undefined) for (const row of reportRecords(ir, report, table)) console.log(JSON.stringify(row))
  else {
    await writeReport(out, table)
    console.log(`${counted(table.length, 'row')} of ${table.live} live at ${timeText(s)} in ${out}`)
  }
  if (s > last.arrival) process.stderr.write(`  more may arrive until ${timeText(s)}: the log ends at ${timeText(last.arrival)}\n`)
  return 0
}

function momentOf(text: string): number {
  const moment = timestampMs(/^-?\d+$/.test(text) ? Number(text) : text)
  if (moment === undefined) throw new UsageError(`--at ${text} is no time; write ISO 8601 with its offset, or UTC ms`)
  return moment
}
