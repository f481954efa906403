/** The process of `spillway run`: connects a run to its sources, HTTP server, effects and status output, and stops it. */
import { join } from 'node:path'
import { sendingsOf } from '../../action/sendings.ts'
import { every, stopwatch, wallClock } from '../../base/clock.ts'
import { letHeapGrow } from '../../base/heap.ts'
import { durationMs, type Duration } from '../../base/time.ts'
import type { ScheduleIR } from '../../define/ir/ir.ts'
import type { Pipeline } from '../../define/pipeline.ts'
import { openFolder, readFolder } from '../../log/sqlite/data-folder.ts'
import { Feed } from '../../serve/events/run-feed.ts'
import type { Listening } from '../../serve/listen.ts'
import type { RateLimit } from '../../serve/access/rate-limit.ts'
import type { MemoryOptions } from '../../run/recovery/run-state.ts'
import { OBJECTIVES_FILE } from '../../run/decide/objectives.ts'
import { objectivesAt } from '../../run/decide/objectives-file.ts'
import { keptFor } from '../../run/recovery/retention.ts'
import { Running, type RunningOptions } from '../../run/loop/live-run.ts'
import { DecisionFile } from './decision-file.ts'
import { feed, placeText } from './feeds.ts'
import { Progress } from '../command/progress.ts'
import { reconcilingBeside } from './reconcile-option.ts'
import { Sent } from './effect-counts.ts'
import { takeOver, type Taken } from './take-over.ts'
import { counted, number } from '../command/text-format.ts'
import { timeText } from '../command/time-text.ts'
import { webhooksOf, type WebhookSource } from '../command/webhook-option.ts'
import { printJson, say } from '../command/print.ts'

const STATUS_EVERY_MS = 5000
/** Waiting for due jobs is reported after this time. */
const DUE_REPORTED_AFTER_MS = 2000
/** Replaying fewer log entries shows no progress line. */
const PROGRESS_ENTRIES = 100_000

/** The parsed options of `spillway run`. */
export interface RunRequest {
  /** Files and tables of sources. */
  readonly files: readonly { readonly source: string; readonly path: string }[]
  /** The address of the HTTP server, if there is one. */
  readonly listen: { readonly host?: string; readonly port?: number } | undefined
  readonly isOpen: boolean
  /** Host names of the server, besides those of this machine. */
  readonly hosts: readonly string[]
  readonly rate: RateLimit | undefined
  readonly webhooks: readonly WebhookSource[]
  readonly data: string
  readonly once: boolean
  readonly isDry: boolean
  readonly takesOver: boolean
  readonly keep: Duration | undefined
  readonly batchThreads: number | undefined
  /** The schedule of reconciliations, if there is one. */
  readonly reconcile: ScheduleIR | undefined
  readonly decisions: string | undefined
  readonly json: boolean
}

type PrintLine = (text: string) => void

/** Runs a pipeline until a signal, or until the end of its files with `once`. Returns the exit code. */
export async function runIn(pipeline: Pipeline, request: RunRequest): Promise<number> {
  const { files, listen, data, once, isDry, takesOver, keep, batchThreads, reconcile, decisions, json } = request
  letHeapGrow()
  const memory = { ...memoryOptions(say), ...(keep !== undefined && { keep: keptFor(pipeline.ir, durationMs(keep)) }) }
  // The options are checked before a take-over stops the running process.
  objectivesAt(join(data, OBJECTIVES_FILE), pipeline.ir)
  const sendings = isDry ? [] : await sendingsOf(pipeline, process.env)
  const serving = listen && (await servingOf(pipeline, request))
  const out = decisions === undefined ? undefined : new DecisionFile(decisions)
  const opened = takesOver ? await takeOver(pipeline, data, memory, say) : { folder: await openFolder(data) }
  const feedOfRun = new Feed()
  const effectCounts = new Sent(say, effect => actionOf(data, effect))
  const stopped = untilSignal()
  const running = await startRun(
    pipeline,
    opened,
    {
      ...memory,
      sendings,
      isDry,
      batchThreads,
      onEffects: effects => effectCounts.made(effects),
      onSettled: changes => effectCounts.settled(changes),
      ...(out && { onDecisions: batches => out.write(batches) }),
      onRecorded: feedOfRun.tell,
    },
    say,
  )
  const { run } = running
  let server: Listening | undefined
  const reconciling = reconcile && reconcilingBeside(pipeline, opened.folder, reconcile, say)
  const text = () => `${statusText(running, effectCounts)}${reconciling?.text ?? ''}`
  const status = every(STATUS_EVERY_MS, () => say(text()))
  try {
    for (const { source, path } of files) say(`  ${placeText(run, source, path)}`)
    server = await serving?.(running, feedOfRun, say)
    const feeding = files.map(({ source: name, path }) => {
      const source = pipeline.ir.sources.find(candidate => candidate.name === name)!
      return feed(run, source, path, { follow: !once, data, signal: stopped.signal, map: pipeline.maps.get(name), onWarning: say })
    })
    const allFed = Promise.all(feeding)
    // Files end; with a server the run continues.
    await Promise.race([server ? allFed.then(() => new Promise(() => {})) : allFed, run.ended, stopped.promise])
    await server?.close()
    await reconciling?.stop()
    if (!stopped.signal.aborted) await Promise.race([finishJobs(running, once, say), stopped.promise])
    await running.stop()
    say(`stopped at entry ${run.end}. ${text()}`)
    if (json) printJson({ pipeline: pipeline.ir.name, end: run.end, ...run.counts.all, ...(pipeline.ir.actions && effectCounts.counts) })
    return 0
  } finally {
    status.stop()
    stopped.forget()
    out?.close()
    await server?.close()
    await reconciling?.stop()
    await running.stop().catch(() => {})
  }
}

/**
 * Waits until all submitted records are durable. With `once` also waits for due batch runs, reports and trainings,
 * so that a short nightly run completes them.
 */
async function finishJobs(running: Running, once: boolean, printLine: PrintLine): Promise<void> {
  const timer = every(DUE_REPORTED_AFTER_MS, () => {
    timer.stop()
    if (once) printLine('  the files have ended; waiting for due batch runs, reports and trainings (after a stop the next run makes them)')
  })
  try {
    await running.idle(once ? wallClock() : undefined)
  } finally {
    timer.stop()
  }
}

/** Checks the options of the HTTP server. Returns the function that starts it. */
async function servingOf(
  pipeline: Pipeline,
  { listen, isOpen, hosts, rate, webhooks, data }: RunRequest,
): Promise<(running: Running, feed: Feed, printLine: PrintLine) => Promise<Listening>> {
  // Loading Fastify takes 0.1 s, so it is loaded only for a server.
  const serving = await import('../../serve/listen.ts')
  const options = {
    ...listen,
    open: isOpen,
    pipeline,
    data,
    ...(hosts.length > 0 && { hosts }),
    ...(rate && { rate }),
    webhooks: webhooksOf(webhooks, process.env),
  }
  await serving.checkListening(options)
  return async ({ run, dispatcher }, feed, printLine) => {
    const server = await serving.listen({ ...options, run, feed, effects: dispatcher, onError: error => printLine(`  ${String(error)}`) })
    printLine(`  listening at ${server.url}, described at ${server.url}/openapi.json`)
    return server
  }
}

function actionOf(data: string, effect: number): string {
  const reader = readFolder(data)
  try {
    return reader.effects.at(effect)?.action ?? ''
  } finally {
    reader.close()
  }
}

/** Resolves at the first SIGINT or SIGTERM. A second signal ends the process. */
export function untilSignal(): { promise: Promise<void>; signal: AbortSignal; forget(): void } {
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const promise = new Promise<void>(resolve => stopped.signal.addEventListener('abort', () => resolve(), { once: true }))
  const forget = () => void process.off('SIGINT', stop).off('SIGTERM', stop)
  return { promise, signal: stopped.signal, forget }
}

function memoryOptions(printLine: PrintLine): MemoryOptions {
  const progress = new Progress()
  return {
    onReport: report => printLine(`  ${report}`),
    onProgress: (entries, of) => {
      if (of < PROGRESS_ENTRIES) return
      progress.show('replaying the log', entries / of)
      if (entries >= of) progress.done()
    },
  }
}

async function startRun(pipeline: Pipeline, { folder, memory }: Taken, options: RunningOptions, printLine: PrintLine): Promise<Running> {
  const started = stopwatch()
  const running = await Running.in(folder, pipeline, { ...options, ...(memory && { memory }) })
  const seconds = ((stopwatch() - started) / 1000).toFixed(2)
  const { end } = running.run
  const { name } = pipeline.ir
  printLine(end === 0 ? `pipeline '${name}' starts a new log` : `pipeline '${name}' continues at entry ${end}, ready after ${seconds} s`)
  const tick = running.run.tick()
  if (tick < wallClock())
    printLine(`  ticks from ${timeText(tick)} on passed while nothing ran: they are made first, each as of its own time`)
  return running
}

function statusText({ run, dispatcher }: Running, effectCounts: Sent): string {
  const { accepted, duplicates, refused, decisions, explored } = run.counts.all
  const events = `${counted(accepted, 'event')}, ${counted(duplicates, 'duplicate')}, ${number(refused)} refused`
  const exploration = explored === undefined ? '' : ` (${number(explored)} skipped for exploration)`
  return `${events}, ${counted(decisions, 'decision')}${exploration}${effectCounts.text(dispatcher.waiting)} since the start`
}
