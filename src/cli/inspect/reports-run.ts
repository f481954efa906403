/** `reports run`: computes a report for any time from the log alone. The ledger does not record it. A run may hold the folder. */
import { SpillwayError } from '../../base/errors.ts'
import { unknownNameError } from '../../base/did-you-mean.ts'
import { timestampMs } from '../../base/exact.ts'
import { batchRunsIn } from '../../batch/ledger.ts'
import { reportTable } from '../../batch/report.ts'
import { batchRunsAt, versionAt, type ReportJob } from '../../batch/report-ledger.ts'
import { reportModel } from '../../decision/report-model.ts'
import { reportRecords } from '../../decision/report-records.ts'
import type { ReportTable } from '../../decision/report-rows.ts'
import type { ScoringDefinitions } from '../../decision/model-scorer.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { writeReportFile } from '../../replay/report-file.ts'
import { PIPELINE } from '../../run/recovery/open-pipeline.ts'
import { UsageError } from '../command/command.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { pluralize } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'

/** The parsed options of `reports run`. */
export interface ReportRunRequest {
  readonly name: string
  readonly at?: string
  readonly out?: string
  readonly pipeline?: string
}

/** The definitions of a pipeline file, or the last that ran, without user functions. Throws `SPILL_INPUT` if no pipeline has run. */
export async function loadDefinitions(reader: SqliteReader, path: string | undefined): Promise<ScoringDefinitions> {
  if (path !== undefined) return importPipeline(path)
  const { ir } = JSON.parse(reader.get(PIPELINE) ?? '{}') as { ir?: PipelineIR }
  if (!ir) throw new SpillwayError('SPILL_INPUT', 'no pipeline has run in this folder; name one: --pipeline FILE')
  return { ir, scores: new Map() }
}

/** Computes the rows. Throws `SPILL_INPUT` if the score is a user function that the definitions lack. */
export function computeReportTable(reader: SqliteReader, { ir, scores }: ScoringDefinitions, job: ReportJob): ReportTable {
  const { name, score } = reportModel(ir, job.report)
  const isExternal = score.kind === 'function' || score.kind === 'onnx'
  if (isExternal && job.version === undefined && !scores.has(name))
    throw new SpillwayError(
      'SPILL_INPUT',
      `report '${job.report.name}' is of model '${name}', whose score is in your own files alone; name the pipeline's: --pipeline FILE`,
    )
  const steps = reportTable(reader, job, scores)
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
  }
}

/** Prints a report, or writes it to `out`. Throws `SPILL_NOT_FOUND` for an unknown report, `SPILL_HISTORY` for an empty log. */
export async function runReport(reader: SqliteReader, { name, at, out, pipeline }: ReportRunRequest): Promise<number> {
  const definitions = await loadDefinitions(reader, pipeline)
  const { ir } = definitions
  const report = ir.reports?.find(candidate => candidate.name === name)
  if (!report) {
    const names = (ir.reports ?? []).map(candidate => candidate.name)
    throw unknownNameError(ir.name, 'report', name, names)
  }
  const last = reader.lastSegment()
  if (!last) throw new SpillwayError('SPILL_HISTORY', 'the log is empty, and there is nothing to report')
  const s = at === undefined ? last.arrival : timeOf(at)
  const runs = batchRunsIn(reader)
  const used = Object.entries(batchRunsAt(ir, report, runs, s)).filter(([group]) => runs.some(run => run.group === group))
  const job = { s, cut: last.first + last.entries, runs: Object.fromEntries(used), ...versionAt(reader, ir, report, s) }
  const table = computeReportTable(reader, definitions, { ir, report, ...job })
  if (out === undefined) for (const row of reportRecords(ir, report, table)) console.log(JSON.stringify(row))
  else {
    await writeReportFile(out, table)
    console.log(`${pluralize(table.length, 'row')} of ${table.live} live at ${timeText(s)} in ${out}`)
  }
  if (s > last.arrival) process.stderr.write(`  more may arrive until ${timeText(s)}: the log ends at ${timeText(last.arrival)}\n`)
  return 0
}

function timeOf(text: string): number {
  const ms = timestampMs(/^-?\d+$/.test(text) ? Number(text) : text)
  if (ms === undefined) throw new UsageError(`--at ${text} is not a time; write ISO 8601 with its offset, or UTC ms`)
  return ms
}
