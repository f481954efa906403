/** `spillway reports`: lists, shows, recomputes and runs the reports of a data folder. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { SpillwayError, didYouMean } from '../../base/index.ts'
import type { ReportRun } from '../../batch/index.ts'
import { withFolder, type FolderView } from '../../operate/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { checkReports } from './reports-check.ts'
import { runReport } from './reports-run.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'

const verbs = ['list', 'show', 'check', 'run'] as const
const LAST = 20

/** The command `spillway reports`. */
export const reportsCommand: Command = {
  name: 'reports',
  usage: '[list] | show NAME | check NUMBER… | run NAME',
  summary: 'list the reports of a data folder; show prints a report, check recomputes it, run computes a report now',
  options: {
    report: { type: 'string', value: 'NAME', help: 'list: only this report' },
    last: { type: 'string', value: 'N', help: `list: the number of newest reports (default ${LAST})` },
    at: { type: 'string', value: 'TIME', help: 'run: the time of the report, ISO 8601 or UTC ms (default: the last ingestion time)' },
    out: { type: 'string', value: 'FILE', help: 'run: write to this file, .csv, .ndjson or .parquet (default: print)' },
    pipeline: { type: 'string', value: 'FILE', help: 'check, run: the pipeline with the definitions (default: the last that ran)' },
    data: dataOption,
    json: { type: 'boolean', help: 'list, check: print one JSON object per line' },
  },
  async run(values, [verb = 'list', ...rest]) {
    if (!verbs.some(candidate => candidate === verb)) throw new UsageError(`reports has no subcommand '${verb}'${didYouMean(verb, verbs)}`)
    const { json = false } = values as { json?: boolean }
    return withFolder(dataFolderOf(values), async ({ reports }) => {
      if (verb === 'check')
        return checkReports(reports, { numbers: numbersOf(rest), pipeline: values['pipeline'] as string | undefined, json })
      if (verb === 'run')
        return runReport(reports, { ...(values as { at?: string; out?: string; pipeline?: string }), name: onlyName(verb, rest) })
      if (verb === 'show') return show(reports, onlyName(verb, rest))
      if (rest.length > 0) throw new UsageError(`reports list takes no ${rest.join(' ')}; write reports show ${rest[0]}`)
      return list(reports.list(), values, json)
    })
  },
}

function onlyName(verb: string, names: readonly string[]): string {
  if (names.length !== 1) throw new UsageError(`name one report: reports ${verb} NAME`)
  return names[0]
}

function numbersOf(texts: readonly string[]): number[] {
  const stray = texts.find(text => !/^[1-9]\d*$/.test(text))
  if (stray !== undefined) throw new UsageError(`reports are checked by their numbers, not '${stray}'`)
  if (texts.length === 0) throw new UsageError('name the numbers of reports: reports check 12')
  return texts.map(Number)
}

function list(all: readonly ReportRun[], { report, last }: { report?: string; last?: string }, json: boolean): number {
  if (last !== undefined && !/^[1-9]\d*$/.test(last)) throw new UsageError(`--last ${last} is not a whole number from 1`)
  const matches = all.filter(record => report === undefined || record.report === report).slice(-Number(last ?? LAST))
  for (const record of matches) console.log(json ? JSON.stringify(record) : lineOf(record))
  if (!json) console.log(matches.length === 0 ? 'No reports.' : `${pluralize(matches.length, 'report')} of ${all.length}.`)
  return 0
}

/** Prints the file of the newest complete report; of a Parquet file its path. */
async function show(reports: FolderView['reports'], name: string): Promise<number> {
  const latest = reports.latest(name)
  if (!latest) {
    const names = [...new Set(reports.list().map(({ report }) => report))]
    throw new SpillwayError('SPILL_NOT_FOUND', `no report '${name}' was made${didYouMean(name, names)}`)
  }
  const { record, path, exists } = latest
  if (!exists) throw new SpillwayError('SPILL_FILE', `does not exist; report ${record.number} was written there`, { place: path })
  if (path.endsWith('.parquet')) console.log(path)
  else for await (const line of createInterface({ input: createReadStream(path) })) console.log(line)
  return 0
}

function lineOf({ number: which, report, why, s, cut, state, done, error, file, began }: ReportRun): string {
  const result = done
    ? `, ${pluralize(done.rows, 'row')} of ${formatNumber(done.live)} live${done.stale ? ', stale' : ''}, ${done.seconds.toFixed(1)} s, ${done.hash.slice(0, 8)}`
    : ''
  const trigger = why === 'demand' ? ', on request' : ''
  return `${which}  ${report}  of ${timeText(s)}  [${state}${trigger}, began ${timeText(began)}${result}]  cut ${formatNumber(cut)}\n  ${error ?? file}`
}
