import { closeSync, openSync, writeSync } from 'node:fs'
import { every, stopwatch, wallClock } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { durationMs, type Duration } from '../base/time.ts'
import { limits } from '../base/limits.ts'
import { openFolder } from '../log/sqlite/data-folder.ts'
import type { StoredDecisions } from '../log/store.ts'
import { recordedDecisions } from '../run/recorded.ts'
import type { MemoryOptions } from '../run/memory.ts'
import type { Runnable } from '../run/opening.ts'
import { keptFor } from '../run/retention.ts'
import { Run } from '../run/run.ts'
import { UsageError, type Command } from './command.ts'
import { dataOf, dataOption } from './data-option.ts'
import { feed, placeText, STANDARD_INPUT } from './feeds.ts'
import { importPipeline } from './pipeline-file.ts'
import { Progress } from './progress.ts'
import { takeOver, type Taken } from './take-over.ts'
import { checkSourceFiles, sourceFiles } from './source-files.ts'
import { counted, number } from './summary.ts'
import { timeText } from './time-text.ts'

const TICK_EVERY_MS = 20
const STATUS_EVERY_MS = 5000
/** Of fewer entries nobody needs to be told that they are taken. */
const SHOWN_ENTRIES = 100_000

interface Request {
  readonly path: string
  readonly files: readonly { readonly source: string; readonly path: string }[]
  readonly data: string
  readonly once: boolean
  readonly takesOver: boolean
  readonly keep: Duration | undefined
  readonly decisions: string | undefined
  readonly json: boolean
}

export const runCommand: Command = {
  name: 'run',
  usage: 'PIPELINE --source NAME=FILE…',
  summary: 'run a pipeline: everything acknowledged is on the disk, and after a crash it goes on where it was',
  options: {
    source: {
      type: 'string',
      multiple: true,
      value: 'NAME=FILE',
      help: 'a file of a source, followed as it grows (NDJSON), or read once (CSV, Parquet, gzip); - is standard input, pg:TABLE an outbox in PostgreSQL, pg-changes:TABLE the changes of a table; repeat for more',
    },
    data: dataOption,
    'take-over': {
      type: 'boolean',
      help: 'get ready beside the process that holds the folder, then ask it to stop and go on in its place',
    },
    keep: {
      type: 'string',
      value: 'DURATION',
      help: 'forget events that arrived longer ago, and the decisions they made, where no window, id or revision needs them; all are kept unless given',
    },
    once: { type: 'boolean', help: 'stop at the end of the files' },
    decisions: {
      type: 'string',
      value: 'FILE',
      help: 'append each decision to this file once it is durable, as NDJSON; - is standard output',
    },
    json: { type: 'boolean', help: 'print one JSON object with the counts at the end' },
  },
  async run(values, positionals) {
    const request = requestOf(values, positionals)
    const pipeline = await importPipeline(request.path)
    checkSourceFiles(
      request.files.filter(({ path }) => path !== STANDARD_INPUT),
      pipeline.ir,
    )
    return runIn(pipeline, request)
  },
}

/** Throws `UsageError`. */
function requestOf(values: Readonly<Record<string, unknown>>, [path, ...extra]: readonly string[]): Request {
  if (path === undefined) throw new UsageError('name the file of a pipeline')
  if (extra.length > 0) throw new UsageError(`one pipeline, not also ${extra.join(', ')}`)
  const { once = false, keep, decisions, json = false } = values as { once?: boolean; keep?: Duration; decisions?: string; json?: boolean }
  if (keep !== undefined) checkDuration(keep)
  const files = sourceFiles((values['source'] as string[] | undefined) ?? [])
  if (files.length === 0) throw new UsageError('a run needs a source: --source NAME=FILE, or NAME=- for standard input')
  if (files.filter(file => file.path === STANDARD_INPUT).length > 1) throw new UsageError('standard input feeds one source')
  if (json && decisions === STANDARD_INPUT) throw new UsageError('--json and --decisions - would both write to standard output')
  return { path, files, data: dataOf(values), once, takesOver: values['take-over'] === true, keep, decisions, json }
}

/** Throws `UsageError`. */
function checkDuration(keep: Duration): void {
  try {
    durationMs(keep)
  } catch (error) {
    throw new UsageError(`--keep: ${(error as Error).message}`)
  }
}

async function runIn(pipeline: Runnable, { files, data, once, takesOver, keep, decisions, json }: Request): Promise<number> {
  const say = (text: string) => process.stderr.write(`${text}\n`)
  const memory = { ...memoryOptions(say), ...(keep !== undefined && { keep: keptFor(pipeline.ir, durationMs(keep)) }) }
  const taken = takesOver ? await takeOver(pipeline, data, memory, say) : { folder: await openFolder(data) }
  const { folder } = taken
  const out = decisions === undefined ? undefined : new DecisionFile(decisions)
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const timers: { stop(): void }[] = []
  try {
    const run = opened(pipeline, taken, memory, out, say)
    for (const { source, path } of files) say(`  ${placeText(run, source, path)}`)
    const tick = run.tick()
    if (tick < wallClock()) say(`  ticks from ${timeText(tick)} on passed while nothing ran: they are made first, each as of its own time`)
    timers.push(
      every(TICK_EVERY_MS, () => run.tick()),
      every(limits.CHECKPOINT_ROUND_MS, () => run.checkpoint()),
      every(STATUS_EVERY_MS, () => say(statusText(run))),
    )
    const feeding = files.map(({ source, path }) =>
      feed(
        run,
        pipeline.ir.sources.find(({ name }) => name === source)!,
        path,
        { follow: !once, data, signal: stopped.signal, onWarning: say },
      ),
    )
    await Promise.race([Promise.all(feeding), run.ended, aborted(stopped.signal)])
    await run.stop()
    say(`stopped at entry ${run.end}. ${statusText(run)}`)
    if (json) console.log(JSON.stringify({ pipeline: pipeline.ir.name, end: run.end, ...run.counts.all }))
    return 0
  } finally {
    for (const timer of timers) timer.stop()
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    out?.close()
    // Where nothing ran, its threads would keep this process for ever.
    await folder.store.close()
    folder.release()
  }
}

function memoryOptions(say: (text: string) => void): MemoryOptions {
  const progress = new Progress()
  return {
    onReport: report => say(`  ${report}`),
    onProgress: (entries, of) => {
      if (of < SHOWN_ENTRIES) return
      progress.show('taking the log again', entries / of)
      if (entries >= of) progress.done()
    },
  }
}

function opened(
  pipeline: Runnable,
  { folder, memory }: Taken,
  options: MemoryOptions,
  out: DecisionFile | undefined,
  say: (text: string) => void,
): Run {
  const started = stopwatch()
  const run = new Run(pipeline, {
    ...options,
    store: folder.store,
    onDecisions: stretches => out?.write(stretches),
    ...(memory && { memory }),
  })
  const seconds = ((stopwatch() - started) / 1000).toFixed(2)
  say(
    run.end === 0
      ? `pipeline '${pipeline.ir.name}' begins a new log`
      : `pipeline '${pipeline.ir.name}' goes on at entry ${run.end}, ready after ${seconds} s`,
  )
  return run
}

const statusText = ({ counts: { accepted, duplicates, refused, decisions } }: Run): string =>
  `${counted(accepted, 'event')}, ${counted(duplicates, 'duplicate')}, ${number(refused)} refused, ${counted(decisions, 'decision')} since the start`

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))

/** Decisions as lines, written once they are durable. After a crash the last of them may be missing from it: the log has them all. */
class DecisionFile {
  readonly #file: number
  readonly #isOwn: boolean

  constructor(path: string) {
    this.#isOwn = path !== STANDARD_INPUT
    try {
      this.#file = this.#isOwn ? openSync(path, 'a') : process.stdout.fd
    } catch (error) {
      throw new SpillwayError('SPILL_INPUT', `cannot be written: ${(error as Error).message}`, { place: path })
    }
  }

  write(stretches: readonly StoredDecisions[]): void {
    for (const { bytes } of stretches) {
      const lines = [...recordedDecisions(bytes)].map(decision => `${JSON.stringify(decision)}\n`)
      const text = Buffer.from(lines.join(''))
      for (let written = 0; written < text.length;) written += writeSync(this.#file, text, written)
    }
  }

  close(): void {
    if (this.#isOwn) closeSync(this.#file)
  }
}
