/** The process that a run is: what feeds it, who may ask it, where its effects go, what it says, and how it ends. */
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
import { counted, number } from '../command/replay-summary.ts'
import { timeText } from '../command/time-text.ts'
import { webhooksOf, type WebhookSource } from '../command/webhook-option.ts'
import { printJson, say } from '../command/print.ts'

const STATUS_EVERY_MS = 5000
/** Nobody needs to be told what takes no longer. */
const DUE_TOLD_AFTER_MS = 2000
/** Of fewer entries nobody needs to be told that they are taken. */
const SHOWN_ENTRIES = 100_000

export interface RunRequest {
  readonly files: readonly { readonly source: string; readonly path: string }[]
  /** Where to listen, if anywhere. */
  readonly listen: { readonly host?: string; readonly port?: number } | undefined
  readonly isOpen: boolean
  /** By which it is called, besides those of this machine. */
  readonly hosts: readonly string[]
  readonly rate: RateLimit | undefined
  readonly webhooks: readonly WebhookSource[]
  readonly data: string
  readonly once: boolean
  readonly isDry: boolean
  readonly takesOver: boolean
  readonly keep: Duration | undefined
  readonly batchThreads: number | undefined
  /** When decisions are compared with SQL, if ever. */
  readonly reconcile: ScheduleIR | undefined
  readonly decisions: string | undefined
  readonly json: boolean
}

type Say = (text: string) => void

export async function runIn(pipeline: Pipeline, request: RunRequest): Promise<number> {
  const { files, listen, data, once, isDry, takesOver, keep, batchThreads, reconcile, decisions, json } = request
  letHeapGrow()
  const memory = { ...memoryOptions(say), ...(keep !== undefined && { keep: keptFor(pipeline.ir, durationMs(keep)) }) }
  // All that can be wrong with what was asked for is, before another process is asked to let go.
  objectivesAt(join(data, OBJECTIVES_FILE), pipeline.ir)
  const sendings = isDry ? [] : await sendingsOf(pipeline, process.env)
  const serving = listen && (await servingOf(pipeline, request))
  const out = decisions === undefined ? undefined : new DecisionFile(decisions)
  const taken = takesOver ? await takeOver(pipeline, data, memory, say) : { folder: await openFolder(data) }
  const told = new Feed()
  const sent = new Sent(say, effect => actionOf(data, effect))
  const stopped = untilSignal()
  const running = await opened(
    pipeline,
    taken,
    {
      ...memory,
      sendings,
      isDry,
      batchThreads,
      onEffects: effects => sent.made(effects),
      onSettled: changes => sent.settled(changes),
      ...(out && { onDecisions: stretches => out.write(stretches) }),
      onRecorded: told.tell,
    },
    say,
  )
  const { run } = running
  let server: Listening | undefined
  const reconciling = reconcile && reconcilingBeside(pipeline, taken.folder, reconcile, say)
  const text = () => `${statusText(running, sent)}${reconciling?.text ?? ''}`
  const status = every(STATUS_EVERY_MS, () => say(text()))
  try {
    for (const { source, path } of files) say(`  ${placeText(run, source, path)}`)
    server = await serving?.(running, told, say)
    const feeding = files.map(({ source: name, path }) => {
      const source = pipeline.ir.sources.find(one => one.name === name)!
      return feed(run, source, path, { follow: !once, data, signal: stopped.signal, map: pipeline.maps.get(name), onWarning: say })
    })
    const fed = Promise.all(feeding)
    // Files may end; a server does not.
    await Promise.race([server ? fed.then(() => new Promise(() => {})) : fed, run.ended, stopped.promise])
    await server?.close()
    await reconciling?.stop()
    if (!stopped.signal.aborted) await Promise.race([settled(running, once, say), stopped.promise])
    await running.stop()
    say(`stopped at entry ${run.end}. ${text()}`)
    if (json) printJson({ pipeline: pipeline.ir.name, end: run.end, ...run.counts.all, ...(pipeline.ir.actions && sent.counts) })
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

/** Waits for what was submitted, and at the end of files for what is due: a run that is started each night for a moment makes its batch runs, reports and trainings too. */
async function settled(running: Running, once: boolean, say: Say): Promise<void> {
  const told = every(DUE_TOLD_AFTER_MS, () => {
    told.stop()
    if (once)
      say(
        '  the files have ended, and what is due is still being made (batch runs, reports, trainings); if this is stopped, the next run makes it',
      )
  })
  try {
    await running.idle(once ? wallClock() : undefined)
  } finally {
    told.stop()
  }
}

/** Looks whether it can be served as asked for, and returns what then does it. */
async function servingOf(
  pipeline: Pipeline,
  { listen, isOpen, hosts, rate, webhooks, data }: RunRequest,
): Promise<(running: Running, feed: Feed, say: Say) => Promise<Listening>> {
  // Fastify takes a tenth of a second to load: only where something is served.
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
  return async ({ run, dispatcher }, feed, say) => {
    const server = await serving.listen({ ...options, run, feed, effects: dispatcher, onError: error => say(`  ${String(error)}`) })
    say(`  listening at ${server.url}, described at ${server.url}/openapi.json`)
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

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process as it would have. */
export function untilSignal(): { promise: Promise<void>; signal: AbortSignal; forget(): void } {
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const promise = new Promise<void>(resolve => stopped.signal.addEventListener('abort', () => resolve(), { once: true }))
  const forget = () => void process.off('SIGINT', stop).off('SIGTERM', stop)
  return { promise, signal: stopped.signal, forget }
}

function memoryOptions(say: Say): MemoryOptions {
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

async function opened(pipeline: Pipeline, { folder, memory }: Taken, options: RunningOptions, say: Say): Promise<Running> {
  const started = stopwatch()
  const running = await Running.in(folder, pipeline, { ...options, ...(memory && { memory }) })
  const seconds = ((stopwatch() - started) / 1000).toFixed(2)
  const { end } = running.run
  const { name } = pipeline.ir
  say(end === 0 ? `pipeline '${name}' begins a new log` : `pipeline '${name}' goes on at entry ${end}, ready after ${seconds} s`)
  const tick = running.run.tick()
  if (tick < wallClock()) say(`  ticks from ${timeText(tick)} on passed while nothing ran: they are made first, each as of its own time`)
  return running
}

function statusText({ run, dispatcher }: Running, sent: Sent): string {
  const { accepted, duplicates, refused, decisions, explored } = run.counts.all
  const events = `${counted(accepted, 'event')}, ${counted(duplicates, 'duplicate')}, ${number(refused)} refused`
  const undone = explored === undefined ? '' : ` (${number(explored)} left undone by an action, to see what comes of them)`
  return `${events}, ${counted(decisions, 'decision')}${undone}${sent.text(dispatcher.waiting)} since the start`
}
