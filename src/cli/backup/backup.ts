/** `spillway backup`: backs up a data folder that a run may hold, and lists, checks and deletes backups. */
import { parseRetention } from '../../backup/index.ts'
import { yieldProcessor } from '../../base/node/index.ts'
import { backUpData, type ListedBackup, listBackups, verifyTarget } from '../../operate/index.ts'
import { wholeNumber } from '../command/arguments.ts'
import { defineCommand, type OptionSpecs, type OptionValues, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { printEach, printJson, printLines, printStatus } from '../command/print.ts'
import { ProgressLine } from '../command/progress.ts'
import { formatNumber, paddedTable, pluralize, timeText } from '../command/text-format.ts'
import { atOption, parseBackupAt } from './backup-at.ts'
import { megabytes, RATE_MB_MAX } from './megabytes.ts'

const options = {
  data: dataOption,
  keep: { value: 'AGE|N', help: 'then delete older backups: those beyond an age such as 7d, or all but the newest N [default: keep all]' },
  rate: { value: 'MB', help: 'read at most so many megabytes per second [default: 20]' },
  full: { help: 'copy everything again, also what the target has: for a target with damaged objects' },
  at: { ...atOption, help: `verify: ${atOption.help}` },
  all: { help: 'verify: check all backups' },
  json: { help: 'print one JSON object per backup, and nothing else' },
} as const satisfies OptionSpecs

type Values = OptionValues<typeof options>

/** The command `spillway backup`. */
export const backupCommand = defineCommand({
  name: 'backup',
  task: 'Run',
  usage: 'TARGET | list TARGET | verify TARGET',
  summary: 'back up a data folder to a folder or to S3 while a run holds it; list and check backups',
  options,
  async run(values, positionals) {
    const [first, ...rest] = positionals
    const verb = first === 'list' || first === 'verify' ? first : undefined
    const [target, ...extra] = verb === undefined ? positionals : rest
    if (target === undefined)
      throw new UsageError(`name the target: backup ${verb ? `${verb} ` : ''}/var/backups/flow, or s3://BUCKET/PREFIX`)
    if (extra.length > 0) throw new UsageError(`expected one target, but also got ${extra.join(', ')}`)
    checkOptions(verb, values)
    if (verb === 'list') return list(target, values)
    if (verb === 'verify') return verify(target, values)
    return backUp(target, values)
  },
})

const optionsOf: Readonly<Record<'backup' | 'list' | 'verify', readonly string[]>> = {
  backup: ['keep', 'rate', 'full'],
  list: [],
  verify: ['at', 'all'],
}

/** Throws `UsageError`. A data folder may come from the configuration, so every subcommand takes it. */
function checkOptions(verb: 'list' | 'verify' | undefined, values: Values): void {
  const stray = Object.keys(values).find(name => !['data', 'json', ...optionsOf[verb ?? 'backup']].includes(name))
  if (stray === undefined) return
  const [owner] = Object.entries(optionsOf).find(([, names]) => names.includes(stray))!
  throw new UsageError(`--${stray} is an option of spillway backup ${owner === 'backup' ? 'TARGET' : `${owner} TARGET`}`)
}

async function backUp(target: string, { keep, rate, full = false, json = false, ...folder }: Values): Promise<number> {
  // A run on the same machine goes first.
  yieldProcessor()
  const progress = new ProgressLine()
  const result = await backUpData(dataFolderOf(folder), target, process.env, {
    isFull: full,
    ...(keep !== undefined && { keep: parseRetention(keep) }),
    ...(rate !== undefined && { rate: wholeNumber('--rate', rate, 1, RATE_MB_MAX) * 1e6 }),
    onProgress: bytes => progress.show(`${megabytes(bytes)} read`, 0),
  })
  progress.clear()
  if (json) printJson(result)
  else {
    const { backup, end, bytes, copied, stored, seconds } = result
    const pruned = 'pruned' in result ? result.pruned : undefined
    const deleted = pruned && pruned.expired.length > 0 ? `; ${pluralize(pruned.expired.length, 'older backup')} deleted` : ''
    printLines(
      `Backup ${backup}: ${pluralize(end, 'entry')}, ${megabytes(bytes)}; ${megabytes(copied)} were new, ${megabytes(stored)} compressed, in ${seconds.toFixed(1)} s${deleted}.`,
    )
  }
  if (!('pruneProblem' in result)) return 0
  printStatus(`The backup is finished, but ${result.pruneProblem}`)
  return 1
}

async function list(target: string, { json = false }: Values): Promise<number> {
  const backups = await listBackups(target, process.env)
  if (json) backups.forEach(printJson)
  else {
    const rows = backups.filter(({ problem }) => problem === undefined).map(rowOf)
    printEach([rows], { json, textOf: () => paddedTable(['backup', 'time', 'entries', 'MB', 'MB new', 'pipeline'], rows) })
    for (const { problem } of backups) if (problem !== undefined) printLines(problem)
    printLines(`${pluralize(backups.length, 'backup')}.`)
  }
  return backups.some(({ problem }) => problem !== undefined) ? 1 : 0
}

const rowOf = ({ backup, at, end, bytes, added, pipeline = '' }: ListedBackup): string[] => [
  backup,
  timeText(at),
  formatNumber(end),
  megabytes(bytes).replace(' MB', ''),
  megabytes(added).replace(' MB', ''),
  pipeline,
]

async function verify(target: string, { at, all = false, json = false }: Values): Promise<number> {
  if (all && at !== undefined) throw new UsageError('--all checks all backups; leave out --at')
  const checked = await verifyTarget(target, process.env, { at: parseBackupAt(at), all })
  for (const { backup, chunks, bytes, problems } of checked) {
    if (json) printJson({ backup, chunks, bytes, problems })
    else if (problems.length === 0) printLines(`Backup ${backup} is whole: ${pluralize(chunks, 'object')}, ${megabytes(bytes)}.`)
    else {
      printLines(`Backup ${backup} cannot be restored:`, ...problems.map(problem => `  ${problem}`))
      printLines('Restore another backup, or back up with --full, which writes every object again.')
    }
  }
  return checked.every(({ problems }) => problems.length === 0) ? 0 : 1
}
