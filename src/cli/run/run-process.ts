/** The process of `spillway run`: connects a run to its sources, HTTP server, effects and status output, and stops it. */
import { join } from 'node:path'
import type { RecordDestinations } from '../../action/index.ts'
import type { Effect } from '../../define/action/index.ts'
import { callEvery, passingErrors, stopwatch, wallClock } from '../../base/index.ts'
import type { Project, SourcePlace } from '../command/command.ts'
import { letHeapGrow } from '../command/heap.ts'
import type { Pipeline } from '../../define/index.ts'
import type { AlertDestinationIR, AlertThresholds } from '../../define/config/index.ts'
import { openAlertReceivers, type RunMonitor, startMonitoring } from '../../monitor/index.ts'
import { LineageEmitter, type LineageTarget } from '../../openlineage/index.ts'
import { openRunFolder, type OpenedFolder, serveRunControl } from '../../operate/index.ts'
import { CommitFeed } from '../../serve/events/index.ts'
import type { ListenOptions, RunningServer } from '../../serve/index.ts'
import type { RateLimit } from '../../serve/access/index.ts'
import { type RunMemoryOptions, retentionMs, LiveRun, type LiveRunOptions } from '../../run/index.ts'
import { OBJECTIVES_FILE, objectivesAt } from '../../run/decide/index.ts'
import { lagSourcesOf, PipelineRun } from '../../runner/index.ts'
import { startText } from '../../sources/reader/index.ts'
import { openReaders } from '../../sources/index.ts'
import { DecisionFile, EffectCounts, type RunOutput } from './run-output.ts'
import { ProgressLine } from '../command/progress.ts'
import { alertLines } from './alert-lines.ts'
import { closeAfter, openRunDestinations } from './run-destinations.ts'
import { AUDIT_FOLDER, auditsOf } from './run-audits.ts'
import { StatusLine } from './status-line.ts'
import { type ScheduledJobs, type ScheduledJobsRequest, startScheduledJobs } from './scheduled-jobs.ts'
import { pluralize, formatNumber, timeText } from '../command/text-format.ts'
import { webhooksOf, type WebhookSource } from './server-options.ts'
import { printJson } from '../command/print.ts'

const STATUS_EVERY_MS = 5000
/** Waiting for due jobs is reported after this time. */
const DUE_REPORTED_AFTER_MS = 2000
/** Replaying fewer log entries shows no progress line. */
const PROGRESS_ENTRIES = 100_000

/** The parsed options of `spillway run`. */
export interface RunRequest extends ScheduledJobsRequest {
  /** Files and tables of sources. */
  readonly files: readonly { readonly source: string; readonly path: string }[]
  /** Places of sources that no text names. */
  readonly places: readonly SourcePlace[]
  /** The address of the HTTP server, if there is one. */
  readonly listen: { readonly host?: string; readonly port?: number } | undefined
  /** Serve without tokens, on a loopback address only. */
  readonly noAuth: boolean
  /** Host names of the server, besides those of this machine. */
  readonly hosts: readonly string[]
  readonly rate: RateLimit | undefined
  readonly webhooks: readonly WebhookSource[]
  readonly isDry: boolean
  readonly takesOver: boolean
  /** Events that arrived longer ago may be deleted. */
  readonly keepMs: number | undefined
  readonly batchThreads: number | undefined
  /** The receiver of OpenLineage events, if there is one. */
  readonly lineage: LineageTarget | undefined
  /** The file of decisions. */
  readonly decisions: string | undefined
  readonly recordDestinations: RecordDestinations<Effect>
  /** The folder with the report of an audit. */
  readonly auditFolder: string | undefined
  /** The pipeline file, and the options of the configuration file, which an audit reads again. */
  readonly path: string
  readonly configFile: Project['configFile']
  /** Receivers of alerts and numbers of their rules, as the configuration has them. */
  readonly alerts: { readonly notify: readonly AlertDestinationIR[]; readonly thresholds: AlertThresholds }
  readonly json: boolean
}

/** Runs a pipeline until a signal, or until the end of its files with `once`. Returns the exit code. */
export async function runPipeline(pipeline: Pipeline, request: RunRequest, output: RunOutput): Promise<number> {
  const { print } = output
  const { listen, data, once, isDry, takesOver, keepMs, batchThreads, decisions, json } = request
  letHeapGrow()
  const memory = { ...memoryOptions(print), ...(keepMs !== undefined && { keep: retentionMs(pipeline.ir, keepMs) }) }
  const alertReceivers = await checkSettings(pipeline, request)
  const readers = openReaders(pipeline, inputsOf(request), { env: process.env, data })
  const serving = listen && (await servingOf(pipeline, request))
  const out = decisions === undefined ? undefined : new DecisionFile(decisions, { onReport: report => print(`  ${report}`), waits: once })
  const destinations = isDry ? { sendings: [] } : await openRunDestinations(pipeline, request.recordDestinations)
  const opening = openRunFolder(pipeline, data, takesOver ? memory : undefined, print)
  const opened = await opening.catch((error: unknown) => closeAfter(error, destinations))
  const feedOfRun = new CommitFeed()
  const effectCounts = new EffectCounts(print, effect => opened.folder.store.effects.byNumber(effect)?.action ?? '')
  const stopped = untilSignal()
  const lineage = lineageEmitter(pipeline, request, print)
  const live = await startRun(
    pipeline,
    opened,
    {
      ...memory,
      ...destinations,
      isDry,
      batchThreads,
      onEffects: effects => effectCounts.addCreated(effects),
      onSettled: changes => effectCounts.addSettled(changes),
      ...(out && { onDecisions: batches => out.write(batches) }),
      onRecorded: feedOfRun.notify,
      onJobChange: lineage?.notify,
    },
    print,
  )
  const { run } = live
  let running: PipelineRun | undefined
  let server: RunningServer | undefined
  const jobs = startScheduledJobs(pipeline, opened.folder, request, print, lineage?.notify)
  const text = () => `${statusText(live, effectCounts)}${jobs.text}`
  const statusLine = new StatusLine(print)
  const updateStatus = () => {
    effectCounts.reportDead()
    statusLine.update(text())
  }
  const status = callEvery(STATUS_EVERY_MS, passingErrors(updateStatus, run.fail))
  try {
    const lagSources = once ? [] : lagSourcesOf(run, readers, () => running)
    const { monitor, control } = await startOperations(pipeline, live, request, { alertReceivers, lagSources }, jobs, print)
    for (const { source, reader } of readers) print(`  ${startText(run, source, reader)}`, 'source')
    server = await serving?.({ run, control, monitor, lineage, feed: feedOfRun, reconcile: jobs.reconcile }, output)
    running = new PipelineRun(live, pipeline.ir, { readers, follow: !once, signal: stopped.signal, onWarning: print, lineage })
    // A reader that fails ends the run: its page is sent before.
    const sourcesEnded = running.sourcesEnded.catch((error: unknown) => throwAfter(monitor.sample(), error))
    // Files end; with a server the run continues.
    await Promise.race([server ? sourcesEnded.then(() => new Promise(() => {})) : sourcesEnded, run.ended, stopped.promise])
    // The server waits for open requests, which may wait for a job.
    await Promise.all([server?.close(), ...(stopped.signal.aborted ? [jobs.stop(), run.stopJobs()] : [])])
    if (!stopped.signal.aborted) await Promise.race([finishJobs(live, jobs, once, print), stopped.promise])
    await jobs.stop()
    await running.stop()
    effectCounts.reportDead({ end: true })
    print(`stopped at entry ${run.end}. ${text()}`)
    if (json) printJson({ pipeline: pipeline.ir.name, end: run.end, ...run.counts.totals, ...(pipeline.ir.actions && effectCounts.counts) })
    return out?.isIncomplete ? 1 : 0
  } finally {
    status.stop()
    stopped.forget()
    out?.close()
    await Promise.all([server?.close(), jobs.stop()])
    await (running ?? live).stop().catch(() => {})
  }
}

type AlertReceivers = Awaited<ReturnType<typeof openAlertReceivers>>

/** Checks files and variables before a take-over stops the running process. Returns the receivers of alerts. */
function checkSettings(pipeline: Pipeline, { data, alerts: { notify } }: RunRequest): Promise<AlertReceivers> {
  objectivesAt(join(data, OBJECTIVES_FILE), pipeline.ir)
  return openAlertReceivers(notify, process.env)
}

/** Monitors the run, and serves the changes of operators. */
async function startOperations(
  pipeline: Pipeline,
  live: LiveRun,
  { data, alerts: { thresholds } }: RunRequest,
  parts: Pick<Parameters<typeof startMonitoring>[1], 'alertReceivers' | 'lagSources'>,
  { backups, cancels }: ScheduledJobs,
  print: RunOutput['print'],
): Promise<Required<Pick<ListenOptions, 'control'>> & { readonly monitor: RunMonitor }> {
  const receivers = [alertLines(print)]
  const monitor = startMonitoring(live, { ...parts, backups, pipeline, data, thresholds, receivers, onReport: print })
  const control = await serveRunControl(live, { pipeline, data, ...cancels, editAlert: monitor.editAlert, onReport: print })
  return { monitor, control }
}

/**
 * Waits until all submitted records are durable. With `once` also waits for due batch runs, reports and trainings, then for a
 * reconciliation and a due backup, so that a short nightly run completes them.
 */
async function finishJobs(running: LiveRun, jobs: ScheduledJobs, once: boolean, print: RunOutput['print']): Promise<void> {
  const timer = callEvery(DUE_REPORTED_AFTER_MS, () => {
    timer.stop()
    if (once)
      print('  the files have ended; waiting for batch runs, reports, trainings and other jobs (after a stop the next run makes them)')
  })
  try {
    await running.whenIdle(once ? wallClock() : undefined)
    if (once) await jobs.finish()
  } finally {
    timer.stop()
  }
}

/** Checks the options of the HTTP server. Returns the function that starts it. */
async function servingOf(
  pipeline: Pipeline,
  { listen, noAuth, hosts, rate, webhooks, data, path, configFile, auditFolder = AUDIT_FOLDER }: RunRequest,
): Promise<
  (
    served: Pick<ListenOptions, 'run' | 'control' | 'monitor' | 'lineage' | 'feed' | 'reconcile'>,
    output: RunOutput,
  ) => Promise<RunningServer>
> {
  // Loading Fastify takes 0.1 s, so it is loaded only for a server.
  const serving = await import('../../serve/index.ts')
  const options = {
    ...listen,
    noAuth,
    pipeline,
    data,
    ...(hosts.length > 0 && { hosts }),
    ...(rate && { rate }),
    auditFolder,
    webhooks: webhooksOf(webhooks, process.env),
  }
  await serving.checkListenOptions(options)
  return async (served, { print, onListening }) => {
    const audits = auditsOf({ path, data, configFile }, auditFolder)
    const server = await serving.startServer({
      ...options,
      ...served,
      audits,
      onError: error => print(`  ${String(error)}`),
    })
    print(`  listening at ${server.url}, described at ${server.url}/openapi.json, dashboard at ${server.url}/ui`)
    onListening?.(server.url)
    const close = async (): Promise<void> => void (await Promise.all([server.close(), audits.close()]))
    return { ...server, close }
  }
}

/** Waits for a sample, which a run that has failed does not take, and throws the error. */
async function throwAfter(sample: Promise<void>, error: unknown): Promise<never> {
  await sample.catch(() => {})
  throw error
}

const inputsOf = ({ files, places }: Pick<RunRequest, 'files' | 'places'>) => [
  ...files.map(({ source, path }) => ({ source, input: path })),
  ...places.map(({ source, place }) => ({ source, input: place })),
]

/** Emits the events of a run, and prints its trouble. */
const lineageEmitter = ({ ir }: Pipeline, { data, lineage: target }: RunRequest, print: RunOutput['print']): LineageEmitter | undefined =>
  target && new LineageEmitter({ ir, data, target, onReport: report => print(`  ${report}`) })

/** Resolves at the first SIGINT or SIGTERM. A second signal ends the process. */
export function untilSignal(): { promise: Promise<void>; signal: AbortSignal; readonly forget: () => void } {
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const promise = new Promise<void>(resolve => stopped.signal.addEventListener('abort', () => resolve(), { once: true }))
  const forget = () => void process.off('SIGINT', stop).off('SIGTERM', stop)
  return { promise, signal: stopped.signal, forget }
}

function memoryOptions(print: RunOutput['print']): RunMemoryOptions {
  const progress = new ProgressLine()
  return {
    onReport: report => print(`  ${report}`),
    onProgress: (entries, of) => {
      if (of < PROGRESS_ENTRIES) return
      progress.show('replaying the log', entries / of, of)
      if (entries >= of) progress.clear()
    },
  }
}

async function startRun(
  pipeline: Pipeline,
  { folder, memory }: OpenedFolder,
  options: LiveRunOptions,
  print: RunOutput['print'],
): Promise<LiveRun> {
  const started = stopwatch()
  const running = await LiveRun.inFolder(folder, pipeline, { ...options, ...(memory && { memory }) })
  const seconds = ((stopwatch() - started) / 1000).toFixed(2)
  const { end } = running.run
  const { name } = pipeline.ir
  print(end === 0 ? `pipeline '${name}' starts a new log` : `pipeline '${name}' continues at entry ${end}, ready after ${seconds} s`)
  const tick = running.run.tick()
  if (tick < wallClock()) print(`  ticks from ${timeText(tick)} on passed while nothing ran: they are made first, each as of its own time`)
  return running
}

function statusText({ run, dispatcher }: LiveRun, effectCounts: EffectCounts): string {
  const { accepted, duplicates, rejected, decisions, explored } = run.counts.totals
  const events = `${pluralize(accepted, 'event')}, ${pluralize(duplicates, 'duplicate')}, ${formatNumber(rejected)} rejected`
  const exploration = explored === undefined ? '' : ` (${formatNumber(explored)} skipped for exploration)`
  return `${events}, ${pluralize(decisions, 'decision')}${exploration}${effectCounts.text(dispatcher.waiting)} since the start`
}
