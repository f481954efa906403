/** `spillway backfill`: writes the history of feature values as Parquet, and computes only the missing files. */
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import {
  backfillTarget,
  type BackfillTarget,
  fillGap,
  findGap,
  type BackfillOptions,
  type BackfillResult,
  type StoreGap,
  type BackfillHistory,
  BackfillWorkers,
  historyOfFiles,
  historyOfLog,
  type GroupGap,
  type FileGapReason,
} from '../../batch/backfill/index.ts'
import type { Pipeline } from '../../define/index.ts'
import type { PipelineJobs } from '../../openlineage/index.ts'
import { withFolder } from '../../operate/index.ts'
import { backfillOptions, parseBackfillRequest, type BackfillRequest } from './backfill-request.ts'
import { mappedFiles } from '../command/column-mapping.ts'
import { emitCommandJob } from '../command/lineage-job.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { type ProgressLine, withProgress } from '../command/progress.ts'
import { untilSignal } from '../command/until-signal.ts'
import { checkSourceFiles, expectNoArguments } from '../command/arguments.ts'
import { formatBytes, joinLines, presentLines, readProblemLines, formatNumber, pluralize } from '../command/text-format.ts'
import { describePlacement } from '../../define/ir/index.ts'

/** The command `spillway backfill`. */
export const backfillCommand = defineCommand({
  name: 'backfill',
  task: 'Train',
  takesPipeline: true,
  usage: '--out DIR [--source NAME=FILE…]',
  summary: 'write the history of feature values as Parquet, only what is missing; prints the cost first',
  options: backfillOptions,
  async run(values, positionals, project) {
    expectNoArguments(positionals, project)
    const request = parseBackfillRequest(values, project)
    const { data, unit, isDry, threads } = request
    const pipeline = await project.importPipeline()
    checkSourceFiles(request.files, pipeline.ir)
    const files = await mappedFiles(pipeline, request.files, request.columns)
    const target = backfillTarget(pipeline.ir, request.groups, request.rowTimes, request.live)
    const groups = target.groups.map(({ group }) => group.name)
    const jobOf = (jobs: PipelineJobs) => (isDry ? undefined : jobs.backfill(groups, resolve(request.out)))
    const emitted = (work: () => Promise<number>) => emitCommandJob({ pipeline, project, data, jobOf }, work)
    const workers = isDry ? undefined : BackfillWorkers.startEarly(files, threads)
    try {
      return await withProgress(async progress => {
        if (files.length > 0) {
          const { history, notes } = await historyWithNotes({ files, unit }, pipeline, target, progress)
          return emitted(() => backfill({ target, history, workers }, notes, request, progress))
        }
        return emitted(() =>
          withFolder(data, ({ log }) =>
            backfill({ target, history: historyOfLog(pipeline, target, log, data, unit), workers: undefined }, [], request, progress),
          ),
        )
      })
    } finally {
      workers?.close()
    }
  },
})

/** The history in the files, and notes on their problems, a line each. */
async function historyWithNotes(
  { files, unit }: Pick<BackfillRequest, 'files' | 'unit'>,
  pipeline: Pipeline,
  target: BackfillTarget,
  progress: ProgressLine,
): Promise<{ readonly history: BackfillHistory; readonly notes: readonly string[] }> {
  const warnings: string[] = []
  let [count, first] = [0, '']
  const history = await historyOfFiles(pipeline, target, files, unit, {
    onProgress: (path, share) => progress.show(`reading ${path}`, share),
    onWarning: warning => void warnings.push(warning),
    onRejected({ place, detail }) {
      if (count++ === 0) first = `${place}: ${detail}`
    },
  })
  return { history, notes: readProblemLines({ rejected: count > 0 ? { count, first } : undefined, warnings }) }
}

async function backfill(
  input: Pick<BackfillOptions, 'target' | 'history' | 'workers'>,
  notes: readonly string[],
  request: BackfillRequest,
  progress: ProgressLine,
): Promise<number> {
  const { out, unit, from, to, threads, isDry, json } = request
  const { target } = input
  const options: BackfillOptions = {
    ...input,
    folder: out,
    unit,
    threads,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    onProgress: progress.show,
  }
  const gap = await findGap(options)
  try {
    progress.clear()
    if (!json) for (const line of [...notes, gapText(out, gap, target, threads)]) console.log(line)
    const isFilled = !isDry && gap.work.length > 0 && (await isConfirmed(request))
    const stopped = isFilled ? untilSignal() : undefined
    const filled = stopped && (await fillGap(gap, options, stopped.signal).finally(stopped.forget))
    progress.clear()
    if (json) console.log(JSON.stringify({ ...reportOf(gap), leftOut: target.leftOut, ...(filled && { filled }) }))
    else if (filled) console.log(fillResultText(out, filled))
  } finally {
    await gap.table.close()
  }
  return 0
}

/** Asks for a confirmation on a terminal. Throws `UsageError` without a terminal. */
async function isConfirmed({ isConfirmed: isSure, json }: BackfillRequest): Promise<boolean> {
  if (isSure) return true
  if (json || !process.stdin.isTTY) throw new UsageError('add --yes to write these files, or --dry-run to only list them')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(?:es)?$/i.test((await terminal.question('Write these files? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

function reportOf({ groups, cost }: StoreGap) {
  const missing = groups.flatMap(({ group: target, partitions }) =>
    partitions.flatMap(({ partition, files }) =>
      files.map(({ file, why }) => ({ group: target.group.name, partition: partition.name, file: `${file}.parquet`, why })),
    ),
  )
  return { missing, cost }
}

const reasonTexts: Readonly<Record<FileGapReason, string>> = {
  new: 'not there yet',
  changed: 'of a different definition',
  events: 'of different events',
  gone: 'deleted',
  damaged: 'damaged',
}

/** The missing files of each feature group, and the estimated cost. */
function gapText(out: string, { groups, cost }: StoreGap, { leftOut }: BackfillTarget, threads: number): string {
  return joinLines(
    groups.flatMap(groupLines),
    leftOut.map(omission => `left out: ${omission}`),
    cost.files === 0
      ? `Nothing is missing in ${out}.`
      : `to fill: ${pluralize(cost.files, 'file')}, about ${formatBytes(cost.bytes)}; to read: ${pluralize(cost.events, 'event')}; ` +
          `about ${Math.max(0.1, cost.seconds).toFixed(1)} s on ${pluralize(threads, 'thread')}, measured on ${pluralize(cost.measured, 'row')}`,
  )
}

/** The files that were written, and the hash of the store. */
const fillResultText = (out: string, { files, bytes, seconds, hash }: BackfillResult): string =>
  `${pluralize(files, 'file')}, ${formatBytes(bytes)}, filled in ${seconds.toFixed(1)} s; ${out} is ${hash}`

function groupLines({ group: { group, rowTimes }, partitions, obsolete }: GroupGap): string[] {
  const rows =
    rowTimes.kind === 'events' ? 'events' : group.place.kind === 'batch' || group.place.kind === 'scheduled' ? 'its schedule' : 'ticks'
  const range =
    partitions.length === 0
      ? 'no events'
      : `${pluralize(partitions.length, 'partition')} of ${partitions[0].partition.name} to ${partitions.at(-1)!.partition.name}`
  const missing = partitions.flatMap(({ partition, files }) =>
    files.map(({ feature, why }) => ({ subject: feature?.feature.name ?? 'rows', why, partition: partition.name })),
  )
  const width = Math.max(0, ...missing.map(({ subject }) => subject.length))
  return presentLines(
    `${group.name}, ${describePlacement(group.place)}, at ${rows}: ${range}`,
    [...Map.groupBy(missing, ({ subject, why }) => `${subject} ${why}`).values()].map(gaps => {
      const [{ subject, why }] = gaps
      return `  ${subject.padEnd(width)}  ${formatNumber(gaps.length)} ${reasonTexts[why]}: ${namesText(gaps.map(gap => gap.partition))}`
    }),
    obsolete > 0 && `  ${pluralize(obsolete, 'partition')} of days that are not in this history: unchanged`,
  )
}

const namesText = (names: readonly string[]): string => (names.length <= 3 ? names.join(', ') : `${names[0]} … ${names.at(-1)!}`)
