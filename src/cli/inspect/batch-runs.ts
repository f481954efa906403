/** `spillway runs`: lists the batch runs in a data folder, and recomputes a batch run to compare its hash. A run may hold the folder. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { SpillwayError } from '../../base/errors.ts'
import { computeParts } from '../../batch/compute.ts'
import { groupCode } from '../../batch/group-code.ts'
import type { ResultPart } from '../../batch/job.ts'
import { partsIn, batchRunsIn, totalsOf, type BatchRunRecord } from '../../batch/ledger.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { withFolderReader } from '../../log/sqlite/data-folder.ts'
import { isFolderHeld } from '../../log/sqlite/lock.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import { PIPELINE } from '../../run/recovery/open-pipeline.ts'
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
    const data = dataFolderOf(values)
    return withFolderReader(data, reader => {
      const runs = batchRunsIn(reader)
      if (verb === 'check') return check(reader, runs, numbers, json)
      const batches = batchGroups(pipelineIn(reader))
      if (group !== undefined && !runs.some(run => run.group === group)) checkGroup(group, batches)
      const matches = runs.filter(run => group === undefined || run.group === group).slice(-Number(last ?? LAST))
      const held = isFolderHeld(data)
      for (const run of matches) console.log(json ? JSON.stringify(run) : lineOf(run, partsIn(reader, run.number), held))
      if (!json) console.log(matches.length === 0 ? noneText(batches) : `${pluralize(matches.length, 'run')} of ${runs.length}.`)
      return 0
    })
  },
}

const pipelineIn = (reader: SqliteReader): PipelineIR | undefined => {
  const text = reader.get(PIPELINE)
  return text === undefined ? undefined : (JSON.parse(text) as { ir: PipelineIR }).ir
}

/** Names of the feature groups with batch runs. */
const batchGroups = (ir: PipelineIR | undefined): string[] =>
  (ir?.groups ?? []).filter(({ place: { kind } }) => kind === 'batch' || kind === 'hybrid').map(({ name }) => name)

/** Throws `SPILL_NOT_FOUND` for a group without batch runs. */
function checkGroup(group: string, batches: readonly string[]): void {
  if (!batches.includes(group))
    throw new SpillwayError('SPILL_NOT_FOUND', `there are no batch runs of a group '${group}'${didYouMean(group, batches)}`)
}

function noneText(batches: readonly string[]): string {
  return batches.length === 0
    ? 'No batch runs: the pipeline of this folder has no group that is placed batch or hybrid.'
    : `No batch runs yet: a run (spillway run) makes those of ${batches.join(', ')} at their times.`
}

/** Recomputes batch runs. A batch run is a function of the log, so a different hash means a changed log or changed definitions. */
function check(reader: SqliteReader, runs: readonly BatchRunRecord[], numbers: readonly number[], json: boolean): number {
  let isSame = true
  for (const number of numbers) {
    const run = runs.find(candidate => candidate.number === number)
    if (!run) throw new SpillwayError('SPILL_NOT_FOUND', `there is no batch run ${number}; spillway runs lists them`)
    if (!run.done) throw new SpillwayError('SPILL_CONFLICT', `run ${number} is ${run.state}: there is nothing to compare with`)
    const hash = recomputedHash(reader, run)
    isSame &&= hash === run.done.hash
    if (json) console.log(JSON.stringify({ number, was: run.done.hash, is: hash }))
    else console.log(`run ${number}: ${hash === run.done.hash ? `the same, ${hash}` : `it was ${run.done.hash}, and is ${hash}`}`)
  }
  return isSame ? 0 : 1
}

function recomputedHash(reader: SqliteReader, { group: name, code, s, cut, done }: BatchRunRecord): string {
  const { ir } = JSON.parse(reader.get(PIPELINE)!) as { ir: PipelineIR }
  const group = ir.groups.find(candidate => candidate.name === name)
  const source = group && ir.sources.find(candidate => candidate.name === group.source)
  if (!group || !source || groupCode(group, source) !== code)
    throw new SpillwayError('SPILL_CONFLICT', `the definition of group '${name}' has changed since that run`)
  const job = { group, source, sources: ir.sources, s, cut, ...(done && { partitions: done.partitions }) }
  const steps = computeParts(reader, job)
  for (let next = steps.next(); ; next = steps.next()) if (next.done) return totalsOf(next.value).hash
}

/** `parts` are the stored partitions; `held` is whether a process holds the folder and continues the run. */
function lineOf(record: BatchRunRecord, parts: ReadonlyMap<number, ResultPart>, held: boolean): string {
  const { number: run, group, why, s, cut, schema, state, done, error, resumed, swappedAt, began } = record
  const [anyPart] = parts.values()
  const notes = [
    why === 'demand' ? 'on request' : '',
    `began ${timeText(began)}`,
    resumed === undefined ? '' : `resumed ${pluralize(resumed, 'time')}`,
    state === 'running' && anyPart ? `${parts.size} of ${pluralize(anyPart.of, 'part')}` : '',
    ...(done ? resultNotes(done) : []),
    swappedAt === undefined ? '' : `in use from ${timeText(swappedAt)}`,
  ]
  const detail = notes.filter(note => note !== '').join(', ')
  const status = state === 'running' && !held ? 'interrupted' : state
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
