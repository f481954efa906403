/** `spillway reports`: lists, shows, recomputes and runs the reports of a data folder. */
import { createReadStream } from 'node:fs'
import { SpillwayError, didYouMean } from '../../base/index.ts'
import type { ReportRun } from '../../batch/index.ts'
import { withFolder, type FolderView } from '../../operate/index.ts'
import { lastOf, lastOption, numbersOf, parseTime, subcommandOf } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { printEach, printJson, printLines, printStatus } from '../command/print.ts'
import { pluralize, formatNumber, timeText } from '../command/text-format.ts'
import { type ScoringDefinitions, reportRecords } from '../../decision/index.ts'
import { writeReportFile } from '../../replay/index.ts'
import { importPipeline } from '../command/pipeline-file.ts'

const verbs = ['list', 'show', 'check', 'run'] as const

/** The command `spillway reports`. */
export const reportsCommand = defineCommand({
  name: 'reports',
  task: 'Inspect',
  takesPipeline: true,
  usage: '[list] | show NAME | check NUMBER… | run NAME',
  summary:
    'list the reports of a data folder; show prints a report, check recomputes it, run computes a report now, ' +
    'both by PIPELINE if it is named, otherwise by the pipeline that ran last',
  options: {
    report: { value: 'NAME', help: 'list: only this report' },
    last: lastOption('reports', 'list: '),
    at: { value: 'TIME', help: 'run: the time of the report, ISO 8601 or UTC ms [default: the last ingestion time]' },
    out: { value: 'FILE', help: 'run: write to this file, .csv, .ndjson or .parquet [default: print]' },
    data: dataOption,
    json: { help: 'list, check: print one JSON object per line' },
  },
  async run({ report, last, at, out, json = false, ...folder }, [text = 'list', ...rest], { argument: pipeline }) {
    const verb = subcommandOf('reports', verbs, text)
    return withFolder(dataFolderOf(folder), async ({ reports }) => {
      if (verb === 'check') return check(reports, checkedNumbers(rest), await loadDefinitions(reports, pipeline), json)
      if (verb === 'show') return show(reports, onlyName(verb, rest))
      if (verb === 'run') {
        const name = onlyName(verb, rest)
        return compute(reports, name, await loadDefinitions(reports, pipeline), parseTime('--at', at), out)
      }
      if (rest.length > 0) throw new UsageError(`reports list takes no ${rest.join(' ')}; write reports show ${rest[0]}`)
      return list(reports.list(), report, lastOf(last), json)
    })
  },
})

function onlyName(verb: string, names: readonly string[]): string {
  if (names.length !== 1) throw new UsageError(`name one report: reports ${verb} NAME`)
  return names[0]
}

function checkedNumbers(texts: readonly string[]): number[] {
  if (texts.length === 0) throw new UsageError('name the numbers of reports: reports check 12')
  return numbersOf('reports are checked', texts)
}

/** The definitions of a pipeline file, or the last that ran, without user functions. Throws `SPILL_INPUT` if no pipeline has run. */
const loadDefinitions = async (reports: FolderView['reports'], path: string | undefined): Promise<ScoringDefinitions> =>
  path === undefined ? reports.definitions() : importPipeline(path)

function list(all: readonly ReportRun[], report: string | undefined, last: number, json: boolean): number {
  const matches = all.filter(record => report === undefined || record.report === report).slice(-last)
  printEach(matches, { json, textOf: lineOf })
  if (!json) printLines(matches.length === 0 ? 'No reports.' : `${pluralize(matches.length, 'report')} of ${all.length}.`)
  return 0
}

/** Prints the file of the newest complete report, with invisible characters escaped; of a Parquet file its path. */
async function show(reports: FolderView['reports'], name: string): Promise<number> {
  const latest = reports.latest(name)
  if (!latest) {
    const names = [...new Set(reports.list().map(({ report }) => report))]
    throw new SpillwayError('SPILL_NOT_FOUND', `no report '${name}' was made${didYouMean(name, names)}`)
  }
  const { record, path, exists } = latest
  if (!exists) throw new SpillwayError('SPILL_FILE', `does not exist; report ${record.number} was written there`, { place: path })
  if (path.endsWith('.parquet')) printLines(path)
  else for await (const line of fileLines(path)) printLines(line)
  return 0
}

/** The lines of a file, which end at line feeds alone: `readline` also ends them at U+2028, in the middle of a value. */
async function* fileLines(path: string): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== '') yield rest
}

function lineOf({ number: which, report, why, s, cut, state, done, error, file, began }: ReportRun): string {
  const result = done
    ? `, ${pluralize(done.rows, 'row')} of ${formatNumber(done.live)} live${done.stale ? ', stale' : ''}, ${done.seconds.toFixed(1)} s, ${done.hash.slice(0, 8)}`
    : ''
  const trigger = why === 'demand' ? ', on request' : ''
  return `${which}  ${report}  of ${timeText(s)}  [${state}${trigger}, began ${timeText(began)}${result}]  cut ${formatNumber(cut)}\n  ${error ?? file}`
}

/** Recomputes reports, and compares their rows and files. Returns 1 if any differs. Throws like `FolderReports.recompute`. */
async function check(
  reports: FolderView['reports'],
  numbers: readonly number[],
  definitions: ScoringDefinitions,
  json: boolean,
): Promise<number> {
  let isGood = true
  for (const number of numbers) {
    const report = await reports.recompute(number, definitions)
    const { recordedHash, recomputedHash, file } = report
    const isSame = recomputedHash === recordedHash
    isGood &&= isSame && file !== 'another'
    const rows = isSame ? `the same rows, ${recomputedHash}` : `its rows were ${recordedHash}, and are ${recomputedHash}`
    const fileText = file === 'another' ? 'another than was written' : file
    if (json) printJson(report)
    else printLines(`report ${number}: ${rows}; its file is ${fileText}`)
  }
  return isGood ? 0 : 1
}

/** Computes a report from the log alone, and prints it or writes it to `out`. No ledger records it. Throws like `FolderReports.compute`. */
async function compute(
  reports: FolderView['reports'],
  name: string,
  definitions: ScoringDefinitions,
  at: number | undefined,
  out: string | undefined,
): Promise<number> {
  const { report, table, s, lastArrival } = reports.compute(name, definitions, at)
  if (out === undefined) for (const row of reportRecords(definitions.ir, report, table)) printJson(row)
  else {
    await writeReportFile(out, table)
    printLines(`${pluralize(table.length, 'row')} of ${table.live} live at ${timeText(s)} in ${out}`)
  }
  if (s > lastArrival) printStatus(`  more may arrive until ${timeText(s)}: the log ends at ${timeText(lastArrival)}`)
  return 0
}
