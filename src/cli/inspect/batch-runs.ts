/** `spillway runs`: lists the batch runs in a data folder, and recomputes a batch run to compare its hash. A run may hold the folder. */
import { didYouMean } from '../../base/index.ts'
import type { BatchRunRecord } from '../../batch/index.ts'
import { withFolder, type FolderView, type ListedBatchRun } from '../../operate/index.ts'
import { UsageError, type Command } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-option.ts'
import { pluralize, formatNumber } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'

const verbs = ['list', 'check'] as const
const LAST = 20
const MB = 2 ** 20

/** The command `spillway runs`. */
export const runsCommand: Command = {
  name: 'runs',
  usage: '[list] | check NUMBER…',
  summary: 'list the batch runs of a data folder with their results; check recomputes a batch run and compares it',
  options: {
    group: { type: 'string', value: 'NAME', help: 'only this feature group' },
    last: { type: 'string', value: 'N', help: `the number of newest batch runs (default ${LAST})` },
    data: dataOption,
    json: { type: 'boolean', help: 'print one JSON object per line' },
  },
  async run(values, [verb = 'list', ...rest]) {
    const { group, last, json = false } = values as { group?: string; last?: string; json?: boolean }
    if (!verbs.some(candidate => candidate === verb)) throw new UsageError(`runs has no subcommand '${verb}'${didYouMean(verb, verbs)}`)
    if (last !== undefined && !/^[1-9]\d*$/.test(last)) throw new UsageError(`--last ${last} is not a whole number from 1`)
    const numbers = rest.map(text => (/^[1-9]\d*$/.test(text) ? Number(text) : NaN))
    if (numbers.some(Number.isNaN)) throw new UsageError(`runs are named by their numbers, not '${rest[numbers.findIndex(Number.isNaN)]}'`)
    if (verb === 'list' && rest.length > 0)
      throw new UsageError(`runs list takes no numbers; to recompute a run: runs check ${rest.join(' ')}`)
    if (verb === 'check' && rest.length === 0) throw new UsageError('name the numbers of runs: runs check 12')
    if (verb === 'check' && (group !== undefined || last !== undefined)) throw new UsageError('--group and --last are for the list')
    return withFolder(dataFolderOf(values), ({ batchRuns }) => {
      if (verb === 'check') return check(batchRuns, numbers, json)
      const newest = batchRuns.newest({ group, last: Number(last ?? LAST) })
      for (const run of newest) console.log(json ? JSON.stringify(run.record) : lineOf(run))
      if (!json)
        console.log(
          newest.length === 0 ? noneText(batchRuns.groups()) : `${pluralize(newest.length, 'run')} of ${batchRuns.list().length}.`,
        )
      return 0
    })
  },
}

function noneText(batches: readonly string[]): string {
  return batches.length === 0
    ? 'No batch runs: the pipeline of this folder has no group that is placed batch or hybrid.'
    : `No batch runs yet: a run (spillway run) makes those of ${batches.join(', ')} at their times.`
}

/** Recomputes batch runs. Returns 1 if any hash differs. */
function check(batchRuns: FolderView['batchRuns'], numbers: readonly number[], json: boolean): number {
  let isSame = true
  for (const number of numbers) {
    const run = batchRuns.recompute(number)
    isSame &&= run.is === run.was
    if (json) console.log(JSON.stringify(run))
    else console.log(`run ${number}: ${run.is === run.was ? `the same, ${run.is}` : `it was ${run.was}, and is ${run.is}`}`)
  }
  return isSame ? 0 : 1
}

function lineOf({ record, parts, isInterrupted }: ListedBatchRun): string {
  const { number: run, group, why, s, cut, schema, state, done, error, resumed, swappedAt, began } = record
  const notes = [
    why === 'demand' ? 'on request' : '',
    `began ${timeText(began)}`,
    resumed === undefined ? '' : `resumed ${pluralize(resumed, 'time')}`,
    state === 'running' && parts ? `${parts.done} of ${pluralize(parts.of, 'part')}` : '',
    ...(done ? resultNotes(done) : []),
    swappedAt === undefined ? '' : `in use from ${timeText(swappedAt)}`,
  ]
  const detail = notes.filter(note => note !== '').join(', ')
  const status = isInterrupted ? 'interrupted' : state
  return `${run}  ${group}  of ${timeText(s)}  [${status}, ${detail}]  cut ${formatNumber(cut)}, columns ${schema}${error === undefined ? '' : `\n  ${error}`}`
}

function resultNotes({ partitions, read, keys, seconds, memory, hash }: NonNullable<BatchRunRecord['done']>): string[] {
  const parts = partitions > 1 ? [pluralize(partitions, 'part')] : []
  return [
    ...parts,
    pluralize(read, 'event'),
    pluralize(keys, 'key'),
    `${seconds.toFixed(1)} s`,
    `${formatNumber(Math.ceil(memory / MB))} MB`,
    hash.slice(0, 8),
  ]
}
