/** Starts a pipeline in this process: opens its data folder and its connections, and starts its operations. */
import { durationMs, SpillwayError, show, type Duration, type StrictOmit } from '../base/index.ts'
import type { Destination, Effect } from '../define/action/index.ts'
import {
  type BackupSettings,
  type AlertSettings,
  alertDestinationsIR,
  alertThresholds,
  checkOpenLineage,
  type OpenLineageSettings,
} from '../define/config/index.ts'
import { LineageEmitter, lineageTarget } from '../openlineage/index.ts'
import { recordedDecisions, type RecordedDecision } from '../run/decide/index.ts'
import { LiveRun, type LiveRunOptions, retentionMs } from '../run/index.ts'
import type { SourceInput } from '../sources/index.ts'
import type { ReaderKind, ReaderSetting } from '../sources/reader/index.ts'
import { lagSourcesOf } from './lag-sources.ts'
import { type RunOperations, startOperations } from './operations.ts'
import { PipelineRun } from './pipeline-run.ts'
import { openConnections, type RunnablePipeline } from './run-connections.ts'
import { backupPlan, scheduleFromText } from './scheduled-backups.ts'

/** Options that a run shares with an embedded run. */
export interface SharedRunOptions {
  /** Path of the data folder, which is created if it is missing. One process holds it at a time. */
  readonly data: string
  /**
   * Where the records of sources come from, by the name of the source: the path of a file, the address of a table (`pg:outbox`), a
   * `SourceReader`, or an array or generator of objects. Records may also come by `submit`.
   */
  readonly sources?: Readonly<Record<string, SourceInput>>
  /** Kinds of readers for addresses of your own, such as `mqtt:payments`. */
  readonly readers?: readonly ReaderKind[]
  /** Destinations of actions, by the name of the action, in place of those of the pipeline. */
  readonly destinations?: Readonly<Record<string, Destination>>
  /** Destination of decisions, each delivered once it is durable: `destination({ … })`, `webhook(…)`, `appendTo(…)`. */
  readonly decisions?: Effect
  /** Destination of dead letters, each delivered once it is durable: `kafka('payments.rejected')`. They stay in the data folder. */
  readonly deadLetters?: Effect
  /** Where OpenLineage events of the run and its jobs go; the environment variables `OPENLINEAGE_…` replace its settings. */
  readonly openlineage?: OpenLineageSettings
  /** Where alerts of the run go, and numbers of their rules: `{ notify: [slack(env('SLACK_WEBHOOK_URL'))], thresholds: { deadlines: 0.999 } }`. */
  readonly alerts?: AlertSettings
  /** Scheduled backups of the data folder, to a folder or a bucket: `{ to: 's3://backups/shop', schedule: '1h', keep: '7d' }`. */
  readonly backup?: BackupSettings
  /**
   * When to compare recorded decisions with SQL over the same log: a cron in UTC such as `0 4 * * *`, or an interval such as `6h`. Without
   * it a run reconciles on request.
   */
  readonly reconcile?: string
  /** Delete older events, unless a window, id or revision needs them. All events are kept by default. */
  readonly keep?: Duration
}

/**
 * The options of `run`.
 *
 * @example
 * ```ts
 * await run(shop, { data: '.spillway', sources: { payments: 'payments.ndjson' }, keep: '90d' })
 * ```
 */
export interface RunPipelineOptions extends SharedRunOptions {
  /** Wait for more records at the ends of sources, until `stop`. True by default; false reads each source to its end. */
  readonly follow?: boolean
  /** Record effects and deliver none. */
  readonly dryRun?: boolean
  /** Receives each decision once it is durable, in order. An exception from it ends the run. */
  readonly onDecision?: (decision: RecordedDecision) => void
  /** Receives messages for the operator; by default they are warnings of the process. */
  readonly onWarning?: (message: string) => void
  /** Environment variables of addresses and secrets; by default those of the process. */
  readonly env?: ReaderSetting['env']
}

/**
 * Runs a pipeline in this process, without a server: reads its sources, decides, and delivers the effects of its actions.
 *
 * @throws `SPILL_DEFINITION`, `SPILL_INPUT` for wrong options; `SPILL_BUSY` for a data folder that another process holds.
 *
 * @example
 * ```ts
 * const running = await run(shop, { data: '.spillway', onDecision: ({ key, score }) => console.log(key, score) })
 * await running.submit(payments, [{ id: '1', card: 'c1', amount: 9.5, at: Date.now() }])
 * await running.stop()
 * ```
 */
export async function run(pipeline: RunnablePipeline, options: RunPipelineOptions): Promise<PipelineRun> {
  checkRunOptions('run', pipeline, options)
  const { onDecision, onWarning = warnOfProcess, env = process.env } = options
  const onDecisions: LiveRunOptions['onDecisions'] =
    onDecision &&
    (batches => {
      for (const { bytes } of batches) for (const decision of recordedDecisions(bytes)) onDecision(decision)
    })
  return (await openRun(pipeline, options, { env, onReport: onWarning, ...(onDecisions && { onDecisions }) })).running
}

/** A run with what accompanies it. */
export interface OpenedRun {
  readonly running: PipelineRun
  readonly live: LiveRun
  readonly operations: RunOperations
  readonly lineage: LineageEmitter | undefined
}

/** Environment and callbacks of the process around a run. */
export interface RunSurroundings extends Pick<LiveRunOptions, 'onDecisions' | 'onRecorded'> {
  readonly env: ReaderSetting['env']
  /** Receives messages for the operator. */
  readonly onReport: (message: string) => void
}

/** Opens a run of checked options, reads its sources and starts its operations. @throws As `run` does; nothing stays open then. */
export async function openRun(
  pipeline: RunnablePipeline,
  options: StrictOmit<RunPipelineOptions, 'onDecision' | 'onWarning' | 'env'>,
  { env, onReport, ...callbacks }: RunSurroundings,
): Promise<OpenedRun> {
  const { data, follow = true, dryRun = false, sources = {}, readers: kinds = [], destinations = {}, decisions, deadLetters } = options
  const { alerts = {}, keep } = options
  const lineage = openLineage(pipeline, options, env, onReport)
  const thresholds = alertThresholds(alerts.thresholds, 'alerts.thresholds')
  const reconcile = options.reconcile === undefined ? undefined : scheduleFromText('reconcile', options.reconcile)
  const backup = options.backup && backupPlan('backup', options.backup, env)
  const retention = keep !== undefined && { keep: retentionMs(pipeline.ir, durationMs(keep)) }
  const inputs = Object.entries(sources).map(([source, input]) => ({ source, input }))
  const notify = alertDestinationsIR('alerts.notify', alerts.notify ?? [])
  const settings = { data, inputs, kinds, destinations, records: { decisions, deadLetters }, notify, isDry: dryRun }
  const connections = await openConnections(pipeline, settings, env)
  const { readers, alertReceivers } = connections
  const onJobChange = lineage?.notify
  const observed = { ...callbacks, onReport, onJobChange }
  const live = await LiveRun.open(pipeline, data, { ...connections.destinations, ...retention, ...observed, isDry: dryRun })
  const running = new PipelineRun(live, pipeline.ir, { readers, follow, onWarning: onReport, lineage })
  try {
    const lagSources = follow ? lagSourcesOf(live.run, readers, () => running) : []
    const operations = await startOperations(live, {
      pipeline,
      data,
      reconcile,
      backup: dryRun ? undefined : backup,
      thresholds,
      alertReceivers,
      lagSources,
      onReport,
      onJobChange,
    })
    return { running, live, operations, lineage }
  } catch (error) {
    await running.stop()
    throw error
  }
}

const warnOfProcess = (message: string): void => process.emitWarning(message, 'SpillwayWarning')

/** The emitter of OpenLineage events, if there is a receiver. @throws `SPILL_INPUT` for a wrong address. */
function openLineage(
  { ir }: RunnablePipeline,
  { data, openlineage }: Pick<SharedRunOptions, 'data' | 'openlineage'>,
  env: ReaderSetting['env'],
  onReport: (message: string) => void,
): LineageEmitter | undefined {
  if (openlineage !== undefined) checkOpenLineage('openlineage', openlineage)
  const target = lineageTarget(openlineage, env)
  return target && new LineageEmitter({ ir, data, target, onReport })
}

/** Throws `SPILL_DEFINITION` for a value that is no pipeline, and `SPILL_INPUT` for no data folder. */
export function checkRunOptions(caller: string, pipeline: unknown, { data }: { readonly data?: unknown }): void {
  if (!isPipeline(pipeline))
    throw new SpillwayError('SPILL_DEFINITION', `${caller}: pipeline is ${show(pipeline)}; give the result of pipeline('…', [model])`)
  if (typeof data !== 'string' || data === '')
    throw new SpillwayError('SPILL_INPUT', `${caller}: data is ${show(data)}; give the path of a data folder, such as '.spillway'`)
}

/** Is it a pipeline, by shape and not by class? It may come from a second copy of Spillway. */
function isPipeline(value: unknown): value is RunnablePipeline {
  const { ir, maps } = Object(value) as Partial<RunnablePipeline>
  return typeof ir?.version === 'number' && maps instanceof Map
}
