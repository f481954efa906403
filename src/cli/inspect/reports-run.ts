/** `reports run`: computes a report for any time from the log alone. The ledger does not record it. A run may hold the folder. */
import { timestampMs } from '../../base/index.ts'
import { type ScoringDefinitions, reportRecords } from '../../decision/index.ts'
import type { FolderView } from '../../operate/index.ts'
import { writeReportFile } from '../../replay/index.ts'
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
export const loadDefinitions = async (reports: FolderView['reports'], path: string | undefined): Promise<ScoringDefinitions> =>
  path === undefined ? reports.definitions() : importPipeline(path)

/** Prints a report, or writes it to `out`. Throws like `FolderReports.compute`. */
export async function runReport(reports: FolderView['reports'], { name, at, out, pipeline }: ReportRunRequest): Promise<number> {
  const definitions = await loadDefinitions(reports, pipeline)
  const { report, table, s, lastArrival } = reports.compute(name, definitions, at === undefined ? undefined : timeOf(at))
  if (out === undefined) for (const row of reportRecords(definitions.ir, report, table)) console.log(JSON.stringify(row))
  else {
    await writeReportFile(out, table)
    console.log(`${pluralize(table.length, 'row')} of ${table.live} live at ${timeText(s)} in ${out}`)
  }
  if (s > lastArrival) process.stderr.write(`  more may arrive until ${timeText(s)}: the log ends at ${timeText(lastArrival)}\n`)
  return 0
}

function timeOf(text: string): number {
  const ms = timestampMs(/^-?\d+$/.test(text) ? Number(text) : text)
  if (ms === undefined) throw new UsageError(`--at ${text} is not a time; write ISO 8601 with its offset, or UTC ms`)
  return ms
}
