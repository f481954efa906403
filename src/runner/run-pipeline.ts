/** Starts a pipeline in this process: opens its data folder, its sources and the destinations of its actions. */
import {
  closeDestinations,
  openActionDestinations,
  openRecordDestinations,
  type ActionDefinitions,
  type ActionDestination,
} from '../action/index.ts'
import { didYouMean, SpillwayError, show, durationMs, type Duration } from '../base/index.ts'
import type { Destination, Effect } from '../define/action/index.ts'
import {
  type BackupSettings,
  type AlertSettings,
  alertDestinationsIR,
  type AlertThresholds,
  alertThresholds,
  checkOpenLineage,
  type OpenLineageSettings,
} from '../define/config/index.ts'
import { openAlertReceivers, startMonitoring } from '../monitor/index.ts'
import { LineageEmitter, lineageTarget } from '../openlineage/index.ts'
import { serveRunControl } from '../operate/index.ts'
import { recordedDecisions, type RecordedDecision } from '../run/decide/index.ts'
import { LiveRun, type LiveRunOptions, type Runnable, retentionMs } from '../run/index.ts'
import { type SourceInput, openReaders, type OpenedReader } from '../sources/index.ts'
import type { ReaderKind, ReaderSetting } from '../sources/reader/index.ts'
import { lagSourcesOf } from './lag-sources.ts'
import { PipelineRun } from './pipeline-run.ts'
import { backupPlan, type BackupPlan, type ScheduledBackups, startBackups } from './scheduled-backups.ts'

/** A pipeline with the functions of its maps, scores and actions: the result of `pipeline('…', [ … ])`. */
export type RunnablePipeline = Runnable & ActionDefinitions

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
  const { data, follow = true, dryRun = false, onDecision, onWarning = warnOfProcess, env = process.env } = options
  checkRunOptions('run', pipeline, options)
  const lineage = openLineage(pipeline, options, env, onWarning)
  const { readers, alertReceivers, thresholds, plan, ...shared } = await openSharedOptions(pipeline, options, env, dryRun)
  const live = await LiveRun.open(pipeline, data, {
    ...shared,
    isDry: dryRun,
    onReport: onWarning,
    onJobChange: lineage?.notify,
    ...(onDecision && {
      onDecisions: batches => {
        for (const { bytes } of batches) for (const decision of recordedDecisions(bytes)) onDecision(decision)
      },
    }),
  })
  const running = new PipelineRun(live, pipeline.ir, { readers, follow, onWarning, lineage })
  try {
    const lagSources = follow ? lagSourcesOf(live.run, readers, () => running) : []
    const backups = openBackups(live, data, plan, onWarning)
    const monitor = startMonitoring(live, { pipeline, data, thresholds, alertReceivers, lagSources, backups, onReport: onWarning })
    await serveRunControl(live, { pipeline, data, cancelBackup: backups?.cancel, editAlert: monitor.editAlert, onReport: onWarning })
  } catch (error) {
    await running.stop()
    throw error
  }
  return running
}

const warnOfProcess = (message: string): void => process.emitWarning(message, 'SpillwayWarning')

/** The emitter of OpenLineage events, if there is a receiver. @throws `SPILL_INPUT` for a wrong address. */
export function openLineage(
  { ir }: RunnablePipeline,
  { data, openlineage }: Pick<SharedRunOptions, 'data' | 'openlineage'>,
  env: ReaderSetting['env'],
  onReport: (message: string) => void,
): LineageEmitter | undefined {
  if (openlineage !== undefined) checkOpenLineage('openlineage', openlineage)
  const target = lineageTarget(openlineage, env)
  return target && new LineageEmitter({ ir, data, target, onReport })
}

/** Starts the scheduled backups of a run, if it has any. They stop with the run. */
export function openBackups(
  live: LiveRun,
  data: string,
  plan: BackupPlan | undefined,
  onReport: (message: string) => void,
): ScheduledBackups | undefined {
  const backups = plan && startBackups(plan, data, live.folder.store, onReport)
  if (backups) live.closeWith({ close: () => backups.stop() })
  return backups
}

/** The parts of a run that its shared options name. */
interface SharedParts extends Pick<LiveRunOptions, 'sendings' | 'decisions' | 'deadLetters' | 'keep'> {
  readonly readers: readonly OpenedReader[]
  readonly alertReceivers: Awaited<ReturnType<typeof openAlertReceivers>>
  readonly thresholds: AlertThresholds
  readonly plan: BackupPlan | undefined
}

/** The parts of a run that its shared options name, opened. @throws `SPILL_INPUT` for a wrong option. */
export async function openSharedOptions(
  pipeline: RunnablePipeline,
  { data, sources = {}, readers: kinds = [], destinations = {}, decisions, deadLetters, alerts = {}, backup, keep }: SharedRunOptions,
  env: ReaderSetting['env'],
  isDry = false,
): Promise<SharedParts> {
  const inputs = Object.entries(sources).map(([source, input]) => ({ source, input }))
  const readers = openReaders(pipeline, inputs, { env, data, kinds })
  const retention = keep !== undefined && { keep: retentionMs(pipeline.ir, durationMs(keep)) }
  const thresholds = alertThresholds(alerts.thresholds, 'alerts.thresholds')
  const plan = backup && backupPlan('backup', backup, env)
  if (isDry) return { readers, alertReceivers: [], thresholds, plan: undefined, sendings: [], ...retention }
  const alertReceivers = await openAlertReceivers(alertDestinationsIR('alerts.notify', alerts.notify ?? []), env)
  const sendings = await openDestinations(pipeline, destinations, env)
  try {
    return {
      readers,
      alertReceivers,
      thresholds,
      plan,
      sendings,
      ...(await openRecordDestinations({ decisions, deadLetters }, env)),
      ...retention,
    }
  } catch (error) {
    await closeDestinations(sendings)
    throw error
  }
}

/** Opens the destinations of the pipeline's actions; those in `destinations` need no settings. */
async function openDestinations(
  pipeline: RunnablePipeline,
  destinations: Readonly<Record<string, Destination>>,
  env: ReaderSetting['env'],
): Promise<ActionDestination[]> {
  const { actions = [] } = pipeline.ir
  const names = actions.map(({ name }) => name)
  for (const name of Object.keys(destinations))
    if (!names.includes(name))
      throw new SpillwayError(
        'SPILL_NOT_FOUND',
        `destinations: pipeline '${pipeline.ir.name}' has no action '${name}'${didYouMean(name, names)}`,
      )
  const others = { ...pipeline, ir: { ...pipeline.ir, actions: actions.filter(({ name }) => !(name in destinations)) } }
  return [
    ...Object.entries(destinations).map(([action, destination]) => ({ action, destination })),
    ...(await openActionDestinations(others, env)),
  ]
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
  const { ir, maps } = Object(value) as Partial<Runnable>
  return typeof ir?.version === 'number' && maps instanceof Map
}
