/** `spillway reports`: lists, shows, recomputes and runs the reports of a data folder. */
import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { SpillwayError } from '../../base/errors.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { fileOf, reportsIn, type MadeReport } from '../../batch/report-ledger.ts'
import { lookInto } from '../../log/sqlite/data-folder.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataOf, dataOption } from '../command/data-option.ts'
import { checkReports } from './reports-check.ts'
import { makeNow } from './reports-run.ts'
import { counted, number } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'

const verbs = ['list', 'show', 'check', 'run'] as const
const LAST = 20

export const reportsCommand: Command = {
  name: 'reports',
  usage: '[list] | show NAME | check NUMBER… | run NAME',
  summary: 'the reports of a data folder: of which time, with how many rows; show prints one, check makes one again, run makes one now',
  options: {
    report: { type: 'string', value: 'NAME', help: 'list: of this report alone' },
    last: { type: 'string', value: 'N', help: `list: how many, the newest (${LAST})` },
    at: { type: 'string', value: 'TIME', help: 'run: of this time, ISO 8601 or UTC ms; of the last arrival unless given' },
    out: { type: 'string', value: 'FILE', help: 'run: write it there, .csv, .ndjson or .parquet; printed unless given' },
    pipeline: { type: 'string', value: 'FILE', help: 'check, run: the definitions; those that ran last unless given' },
    data: dataOption,
    json: { type: 'boolean', help: 'list, check: print one JSON object a line' },
  },
  async run(values, [verb = 'list', ...rest]) {
    if (!verbs.some(candidate => candidate === verb)) throw new UsageError(`no command reports ${verb}${didYouMean(verb, verbs)}`)
    const { json = false } = values as { json?: boolean }
    const data = dataOf(values)
    return lookInto(data, async reader => {
      if (verb === 'check')
        return checkReports(reader, { data, numbers: numbersOf(rest), pipeline: values['pipeline'] as string | undefined, json })
      if (verb === 'run')
        return makeNow(reader, { ...(values as { at?: string; out?: string; pipeline?: string }), name: onlyName(verb, rest) })
      if (verb === 'show') return show(data, reportsIn(reader), onlyName(verb, rest))
      if (rest.length > 0) throw new UsageError(`reports list takes no ${rest.join(' ')}; write reports show ${rest[0]}`)
      return list(reportsIn(reader), values, json)
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

function list(all: readonly MadeReport[], { report, last }: { report?: string; last?: string }, json: boolean): number {
  if (last !== undefined && !/^[1-9]\d*$/.test(last)) throw new UsageError(`--last ${last} is no number from 1`)
  const matches = all.filter(record => report === undefined || record.report === report).slice(-Number(last ?? LAST))
  for (const record of matches) console.log(json ? JSON.stringify(record) : lineOf(record))
  if (!json) console.log(matches.length === 0 ? 'No reports.' : `${counted(matches.length, 'report')} of ${all.length}.`)
  return 0
}

/** Prints the file of the newest complete report; of a Parquet file its path. */
async function show(data: string, all: readonly MadeReport[], name: string): Promise<number> {
  const record = all.findLast(candidate => candidate.report === name && candidate.state === 'done')
  if (!record) {
    const names = [...new Set(all.map(({ report }) => report))]
    throw new SpillwayError('SPILL_INPUT', `no report '${name}' was made${didYouMean(name, names)}`)
  }
  const path = fileOf(data, record)
  if (!existsSync(path)) throw new SpillwayError('SPILL_INPUT', `is gone, where report ${record.number} was written`, { place: path })
  if (path.endsWith('.parquet')) console.log(path)
  else for await (const line of createInterface({ input: createReadStream(path) })) console.log(line)
  return 0
}

function lineOf({ number: which, report, why, s, cut, state, done, error, file, began }: MadeReport): string {
  const result = done
    ? `, ${counted(done.rows, 'row')} of ${number(done.live)} live${done.stale ? ', stale' : ''}, ${done.seconds.toFixed(1)} s, ${done.hash.slice(0, 8)}`
    : ''
  const trigger = why === 'demand' ? ', asked for' : ''
  return `${which}  ${report}  of ${timeText(s)}  [${state}${trigger}, began ${timeText(began)}${result}]  cut ${number(cut)}\n  ${error ?? file}`
}
