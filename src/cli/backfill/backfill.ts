/** `spillway backfill`: writes the history of feature values as Parquet, and computes only the missing files. */
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
} from '../../batch/backfill/index.ts'
import type { Pipeline } from '../../define/index.ts'
import { withFolder } from '../../operate/index.ts'
import { fillResultText, gapText } from './backfill-text.ts'
import { parseBackfillRequest, DEFAULT_LIVE, type BackfillRequest } from './backfill-request.ts'
import { UsageError, type Command } from '../command/command.ts'
import { DEFAULT_DATA_FOLDER, dataOption } from '../command/data-option.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { ProgressLine } from '../command/progress.ts'
import { untilSignal } from '../run/run-process.ts'
import { checkSourceFiles } from '../command/source-files-option.ts'
import { pluralize } from '../command/text-format.ts'

/** The command `spillway backfill`. */
export const backfillCommand: Command = {
  name: 'backfill',
  usage: 'PIPELINE --out DIR [--source NAME=FILE…]',
  summary: 'write the history of feature values as Parquet, only what is missing; prints the cost first',
  options: {
    group: { type: 'string', multiple: true, value: 'NAME', help: 'only this feature group; may be repeated' },
    source: { type: 'string', multiple: true, value: 'NAME=FILE', help: 'a file of a source, as for replay; may be repeated' },
    data: { ...dataOption, help: `without --source, read the log of this data folder (default ${DEFAULT_DATA_FOLDER})` },
    out: { type: 'string', value: 'DIR', help: 'the folder of the offline store' },
    at: { type: 'string', value: 'events', help: "a row at each event's ingestion time (the default)" },
    every: { type: 'string', value: '1d', help: 'instead of --at: rows at multiples of this duration, for each active key' },
    live: {
      type: 'string',
      value: DEFAULT_LIVE,
      help: `a key is active for this long after an event, forever with lifetime (default ${DEFAULT_LIVE})`,
    },
    by: { type: 'string', value: 'day|month', help: 'the size of a partition (default day)' },
    from: {
      type: 'string',
      value: 'TIME',
      help: 'only partitions that end after this time: 2026-01-01 (UTC), 2026-01-01T00:00Z, or UTC milliseconds',
    },
    to: { type: 'string', value: 'TIME', help: 'only partitions that begin before this time' },
    threads: { type: 'string', value: 'N', help: 'the number of cores to use (default: all)' },
    'dry-run': { type: 'boolean', help: 'print the missing files and their cost, and stop' },
    yes: { type: 'boolean', help: 'write without asking' },
    json: { type: 'boolean', help: 'print one JSON object, and nothing else' },
  },
  async run(values, positionals) {
    const request = parseBackfillRequest(values, positionals)
    const pipeline = await importPipeline(request.path)
    checkSourceFiles(request.files, pipeline.ir)
    const selection = backfillTarget(pipeline.ir, request.groups, request.moments, request.live)
    const progress = new ProgressLine()
    const { isDry, threads } = request
    const crew = isDry ? undefined : BackfillWorkers.startEarly(request.files, threads)
    try {
      if (request.files.length > 0)
        return await backfill({ ...(await filesOf(request, pipeline, selection, progress)), crew }, request, selection, progress)
      const { data, unit } = request
      return await withFolder(data, ({ log }) =>
        backfill({ history: historyOfLog(pipeline, selection, log, data, unit), notes: [] }, request, selection, progress),
      )
    } finally {
      progress.clear()
      crew?.close()
    }
  },
}

/** A history with the warnings of its files. */
interface HistoryInput {
  readonly history: BackfillHistory
  /** Warnings about the files, a line each. */
  readonly notes: readonly string[]
  readonly crew?: BackfillWorkers | undefined
}

async function filesOf(
  { files, unit }: BackfillRequest,
  pipeline: Pipeline,
  selection: BackfillTarget,
  progress: ProgressLine,
): Promise<HistoryInput> {
  const notes: string[] = []
  let rejected = 0
  let first = ''
  const history = await historyOfFiles(pipeline, selection, files, unit, {
    onProgress: (path, share) => progress.show(`reading ${path}`, share),
    onWarning: warning => void notes.push(`warning: ${warning}`),
    onRejected({ place, detail }) {
      if (rejected++ === 0) first = `${place}: ${detail}`
    },
  })
  return { history, notes: rejected === 0 ? notes : [...notes, `warning: ${pluralize(rejected, 'record')} rejected; the first: ${first}`] }
}

async function backfill(
  { history, notes, crew }: HistoryInput,
  request: BackfillRequest,
  selection: BackfillTarget,
  progress: ProgressLine,
): Promise<number> {
  const { out, unit, from, to, threads, isDry, json } = request
  const options: BackfillOptions = {
    target: selection,
    history,
    folder: out,
    unit,
    threads,
    workers: crew,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    onProgress: (stage, share) => progress.show(stage, share),
  }
  const gap = await findGap(options)
  try {
    progress.clear()
    if (!json) for (const line of [...notes, gapText(out, gap, selection, threads)]) console.log(line)
    const isFilled = !isDry && gap.work.length > 0 && (await isConfirmed(request))
    const filled = isFilled ? await untilStopped(signal => fillGap(gap, options, signal)) : undefined
    progress.clear()
    if (json) console.log(JSON.stringify({ ...reportOf(gap), leftOut: selection.leftOut, ...(filled && { filled }) }))
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

async function untilStopped(fill: (signal: AbortSignal) => Promise<BackfillResult>): Promise<BackfillResult> {
  const stopped = untilSignal()
  try {
    return await fill(stopped.signal)
  } finally {
    stopped.forget()
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
