/** `spillway runs`: lists the batch runs in a data folder, and recomputes a batch run to compare its hash. A run may hold the folder. */
import type { BatchRunRecord } from '../../batch/index.ts'
import { withFolder, type FolderView, type ListedBatchRun } from '../../operate/index.ts'
import { lastOf, lastOption, numbersOf, subcommandOf } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { pluralize, formatNumber, timeText } from '../command/text-format.ts'

const verbs = ['list', 'check'] as const
const MB = 2 ** 20

/** The command `spillway runs`. */
export const runsCommand = defineCommand({
  name: 'runs',
  task: 'Inspect',
  usage: '[list] | check NUMBER…',
  summary: 'list the batch runs of a data folder with their results; check recomputes a batch run and compares it',
  options: {
    group: { value: 'NAME', help: 'only this feature group' },
    last: lastOption('batch runs'),
    data: dataOption,
    json: { help: 'print one JSON object per line' },
  },
  async run({ group, last, json = false, ...folder }, [text = 'list', ...rest]) {
    const verb = subcommandOf('runs', verbs, text)
    const newestMax = lastOf(last)
    const numbers = numbersOf('runs are named', rest)
    if (verb === 'list' && rest.length > 0)
      throw new UsageError(`runs list takes no numbers; to recompute a run: runs check ${rest.join(' ')}`)
    if (verb === 'check' && rest.length === 0) throw new UsageError('name the numbers of runs: runs check 12')
    if (verb === 'check' && (group !== undefined || last !== undefined)) throw new UsageError('--group and --last are for the list')
    return withFolder(dataFolderOf(folder), ({ batchRuns }) => {
      if (verb === 'check') return check(batchRuns, numbers, json)
      const newest = batchRuns.newest({ group, last: newestMax })
      for (const run of newest) console.log(json ? JSON.stringify(run.record) : lineOf(run))
      if (!json)
        console.log(
          newest.length === 0 ? noneText(batchRuns.groups()) : `${pluralize(newest.length, 'run')} of ${batchRuns.list().length}.`,
        )
      return 0
    })
  },
})

function noneText(batches: readonly string[]): string {
  return batches.length === 0
    ? 'No batch runs: the pipeline of this folder has no group that is placed batch or hybrid.'
    : `No batch runs yet: a run (spillway run) makes those of ${batches.join(', ')} at their times.`
}

/** Recomputes batch runs. Returns 1 if any hash differs. */
function check(batchRuns: FolderView['batchRuns'], numbers: readonly number[], json: boolean): number {
  let areSame = true
  for (const number of numbers) {
    const run = batchRuns.recompute(number)
    const { recordedHash, recomputedHash } = run
    const isSame = recomputedHash === recordedHash
    areSame &&= isSame
    if (json) console.log(JSON.stringify(run))
    else console.log(`run ${number}: ${isSame ? `the same, ${recomputedHash}` : `it was ${recordedHash}, and is ${recomputedHash}`}`)
  }
  return areSame ? 0 : 1
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
  return [
    ...(partitions > 1 ? [pluralize(partitions, 'part')] : []),
    pluralize(read, 'event'),
    pluralize(keys, 'key'),
    `${seconds.toFixed(1)} s`,
    `${formatNumber(Math.ceil(memory / MB))} MB`,
    hash.slice(0, 8),
  ]
}
