/** The process of `spillway run`: connects a run to its sources, HTTP server, effects and status output, and stops it. */
import { join } from 'node:path'
import type { RecordDestinations } from '../../action/index.ts'
import type { Effect } from '../../define/action/index.ts'
import type { ScheduleIR } from '../../define/ir/index.ts'
import { callEvery, passingErrors, stopwatch, wallClock } from '../../base/index.ts'
import type { Project, SourcePlace } from '../command/command.ts'
import { letHeapGrow } from '../command/heap.ts'
import type { Pipeline } from '../../define/index.ts'
import type { AlertDestinationIR, AlertThresholds } from '../../define/config/index.ts'
import { LineageEmitter, type LineageTarget } from '../../openlineage/index.ts'
import { openRunFolder, type OpenedFolder } from '../../operate/index.ts'
import { CommitFeed } from '../../serve/events/index.ts'
import type { ListenOptions, RunningServer } from '../../serve/index.ts'
import type { RateLimit } from '../../serve/access/index.ts'
import { type RunMemoryOptions, retentionMs, LiveRun, type LiveRunOptions } from '../../run/index.ts'
import { OBJECTIVES_FILE, objectivesAt } from '../../run/decide/index.ts'
import {
  type BackupPlan,
  closeAfter,
  lagSourcesOf,
  openConnections,
  PipelineRun,
  type RunOperations,
  startOperations,
} from '../../runner/index.ts'
import { startText } from '../../sources/reader/index.ts'
import { DecisionFile, EffectCounts, type RunOutput } from './run-output.ts'
import { ProgressLine } from '../command/progress.ts'
import { alertLines } from './alert-lines.ts'
import { AUDIT_FOLDER, auditsOf } from './run-audits.ts'
import { jobsText, StatusLine } from './status-line.ts'
import { untilSignal } from '../command/until-signal.ts'
import { pluralize, formatNumber, timeText } from '../command/text-format.ts'
import { webhooksOf, type WebhookSource } from './server-options.ts'
import { printJson } from '../command/print.ts'

const STATUS_EVERY_MS = 5000
/** Waiting for due jobs is reported after this time. */
const DUE_REPORTED_AFTER_MS = 2000
/** Replaying fewer log entries shows no progress line. */
const PROGRESS_ENTRIES = 100_000

/** The parsed options of `spillway run`. */
export interface RunRequest {
  /** The data folder. */
  readonly data: string
  /** Stop at the end of the files, after the jobs that are due. */
  readonly once: boolean
  /** The schedule of reconciliations, if there is one. */
  readonly reconcile: ScheduleIR | undefined
  /** The scheduled backups, if there are any. */
  readonly backup: BackupPlan | undefined
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
export async function runUntilSignal(pipeline: Pipeline, request: RunRequest, output: RunOutput): Promise<number> {
  const { print } = output
  const { listen, data, once, isDry, takesOver, keepMs, batchThreads, decisions, json } = request
  letHeapGrow()
  const memory = { ...memoryOptions(print), ...(keepMs !== undefined && { keep: retentionMs(pipeline.ir, keepMs) }) }
  // Files and variables are checked before a take-over stops the running process.
  objectivesAt(join(data, OBJECTIVES_FILE), pipeline.ir)
  const serving = listen && (await servingOf(pipeline, request))
  const out = decisions === undefined ? undefined : new DecisionFile(decisions, { onReport: report => print(`  ${report}`), waits: once })
  const { readers, alertReceivers, destinations } = await openConnections(pipeline, connectionsOf(request), process.env)
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
  let operations: RunOperations | undefined
  const text = () => `${statusText(live, effectCounts)}${jobsText(operations)}`
  const statusLine = new StatusLine(print)
  const updateStatus = () => {
    effectCounts.reportDead()
    statusLine.update(text())
  }
  const status = callEvery(STATUS_EVERY_MS, passingErrors(updateStatus, run.fail))
  try {
    const lagSources = once ? [] : lagSourcesOf(run, readers, () => running)
    operations = await startOperations(live, { ...operationsOf(pipeline, request, print, lineage), alertReceivers, lagSources })
    const { monitor, control, reconciliations, stopJobs } = operations
    for (const { source, reader } of readers) print(`  ${startText(run, source, reader)}`, 'source')
    server = await serving?.({ run, control, monitor, lineage, feed: feedOfRun, reconcile: reconciliations.request }, output)
    running = new PipelineRun(live, pipeline.ir, { readers, follow: !once, signal: stopped.signal, onWarning: print, lineage })
    // A reader that fails ends the run: its page is sent before.
    const sourcesEnded = running.sourcesEnded.catch((error: unknown) => throwAfter(monitor.sample(), error))
    // Files end; with a server the run continues.
    await Promise.race([server ? sourcesEnded.then(() => new Promise(() => {})) : sourcesEnded, run.ended, stopped.promise])
    // The server waits for open requests, which may wait for a job.
    await Promise.all([server?.close(), stopped.signal.aborted && stopJobs()])
    if (!stopped.signal.aborted) await Promise.race([finishJobs(live, operations, once, print), stopped.promise])
    await running.stop()
    effectCounts.reportDead({ end: true })
    print(`stopped at entry ${run.end}. ${text()}`)
    if (json) printJson({ pipeline: pipeline.ir.name, end: run.end, ...run.counts.totals, ...(pipeline.ir.actions && effectCounts.counts) })
    return out?.isIncomplete ? 1 : 0
  } finally {
    status.stop()
    stopped.forget()
    out?.close()
    await Promise.all([server?.close(), operations?.stopJobs()])
    await (running ?? live).stop().catch(() => {})
  }
}

/**
 * Waits until all submitted records are durable. With `once` also waits for due batch runs, reports and trainings, then for a
 * reconciliation and a due backup, so that a short nightly run completes them.
 */
async function finishJobs(running: LiveRun, operations: RunOperations, once: boolean, print: RunOutput['print']): Promise<void> {
  const timer = callEvery(DUE_REPORTED_AFTER_MS, () => {
    timer.stop()
    if (once)
      print('  the files have ended; waiting for batch runs, reports, trainings and other jobs (after a stop the next run makes them)')
  })
  try {
    await running.whenIdle(once ? wallClock() : undefined)
    if (once) await operations.finishJobs()
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

const connectionsOf = ({ files, places, data, recordDestinations, alerts, isDry }: RunRequest) => ({
  data,
  inputs: [...files.map(({ source, path }) => ({ source, input: path })), ...places.map(({ source, place }) => ({ source, input: place }))],
  records: recordDestinations,
  notify: alerts.notify,
  isDry,
})

const operationsOf = (
  pipeline: Pipeline,
  { data, reconcile, backup, once, alerts }: RunRequest,
  print: RunOutput['print'],
  lineage: LineageEmitter | undefined,
) => ({
  pipeline,
  data,
  reconcile,
  backup,
  once,
  thresholds: alerts.thresholds,
  receivers: [alertLines(print)],
  onReport: (report: string) => print(`  ${report}`),
  onJobChange: lineage?.notify,
})

/** Emits the events of a run, and prints its trouble. */
const lineageEmitter = ({ ir }: Pipeline, { data, lineage: target }: RunRequest, print: RunOutput['print']): LineageEmitter | undefined =>
  target && new LineageEmitter({ ir, data, target, onReport: report => print(`  ${report}`) })

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
