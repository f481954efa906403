/**
 * A run that operates by itself. It holds its data folder, ticks on time, saves its state periodically, sends the effects of its decisions,
 * and releases the folder at the end.
 *
 * Sources of records, printed output and signals belong to the process around it.
 */
import { dirname, join } from 'node:path'
import {
  EffectDispatcher,
  type EffectDispatcherOptions,
  type ActionDestination,
  type OpenedDestination,
  closeDestinations,
} from '../../action/index.ts'
import { callAfter, callEvery, pause, wallClock, limits, random as seeded, type StrictOmit } from '../../base/index.ts'
import { makeReportInThread, computeInThreads } from '../../batch/index.ts'
import type { NewEffect } from '../../log/index.ts'
import { closeDataFolder, openDataFolder, type DataFolder, SqliteReader } from '../../log/sqlite/index.ts'
import { OBJECTIVES_FILE, ObjectivesFile } from '../decide/objectives.ts'
import { logNameOf, type Runnable } from '../recovery/open-pipeline.ts'
import type { RunOptions } from './composition-root.ts'
import { startDecisionCheck } from '../history/decision-check.ts'
import { LogDispatcher, type LogDispatcherOptions, type RecordFeed } from './log-dispatcher.ts'
import { deadLetterFeed, decisionFeed } from './record-feeds.ts'
import { Run } from './run.ts'
import { modelJobsInThread } from '../jobs/training-worker.ts'

const TICK_INTERVAL_MS = 20
const IDLE_CHECK_MS = 2

/** Options of a run that owns its data folder. */
export interface LiveRunOptions extends StrictOmit<RunOptions, 'store' | 'logName'> {
  /** Destinations of effects. Without them effects are recorded, and wait for a run that sends them. */
  readonly sendings?: readonly ActionDestination[]
  /** Destination of decisions: each is delivered once it is durable. */
  readonly decisions?: OpenedDestination | undefined
  /** Destination of dead letters: each is delivered once it is durable. */
  readonly deadLetters?: OpenedDestination | undefined
  readonly onSettled?: EffectDispatcherOptions['onSettled']
  /** Timer of retries; a test passes a shorter one. */
  readonly after?: NonNullable<EffectDispatcherOptions['after']>
  /** Threads for one batch run. Default: one less than the number of cores, at most `BATCH_THREADS_MAX`. */
  readonly batchThreads?: number | undefined
}

/** A run, its dispatcher of effects, and its timers. */
export class LiveRun {
  readonly run: Run
  readonly dispatcher: EffectDispatcher
  /** The identity of the log, also before the first commit. */
  readonly logName: string
  /** Deliver decisions and dead letters. */
  readonly #dispatchers: readonly LogDispatcher[]
  readonly #folder: DataFolder
  readonly #timers: readonly { stop(): void }[]
  readonly #services: { close(): Promise<void> }[] = []
  #hasFailed = false
  #stopped: Promise<void> | undefined

  private constructor(
    folder: DataFolder,
    pipeline: Runnable,
    { sendings = [], decisions, deadLetters, onSettled, after = callAfter, batchThreads, ...options }: LiveRunOptions,
  ) {
    const { store, path, warnings } = folder
    const onNewEffects = (effects: readonly NewEffect[]) => {
      this.dispatcher.enqueue(effects)
      options.onEffects?.(effects)
    }
    this.#folder = folder
    this.logName = logNameOf(store)
    const { onReport = () => {} } = options
    for (const warning of warnings) onReport(warning)
    this.run = new Run(pipeline, {
      compute: computeInThreads(path, { threads: batchThreads }),
      ...modelJobsInThread(path),
      objectives: new ObjectivesFile(join(dirname(path), OBJECTIVES_FILE), pipeline.ir),
      reporting: { make: makeReportInThread(path, pipeline.scores), folder: dirname(path) },
      ...options,
      store,
      logName: this.logName,
      onEffects: onNewEffects,
      onRecorded: () => {
        for (const dispatcher of this.#dispatchers) dispatcher.notify()
        options.onRecorded?.()
      },
    })
    const settle: EffectDispatcherOptions['settle'] = changes => this.run.settle(changes)
    const { clock } = options
    const ports = { after, onReport, onFailure: this.run.fail }
    this.dispatcher = new EffectDispatcher({
      ...ports,
      ...(clock && { clock }),
      ...(onSettled && { onSettled }),
      run: this.run,
      destinations: sendings,
      effects: store.effects,
      settle,
    })
    this.#dispatchers = [
      ...(decisions ? [this.#logDispatcher(decisions, decisionFeed, pipeline.ir.name, ports)] : []),
      ...(deadLetters ? [this.#logDispatcher(deadLetters, deadLetterFeed, pipeline.ir.name, ports)] : []),
    ]
    this.run.ended.catch(() => (this.#hasFailed = true))
    for (const dispatcher of this.#dispatchers) dispatcher.start()
    this.run.tick()
    this.dispatcher.start()
    this.#timers = [
      callEvery(TICK_INTERVAL_MS, () => this.run.tick()),
      scheduleCheckpoints(this.run),
      callEvery(limits.STAGES_EVERY_MS, () => this.run.flushStages()),
      startDecisionCheck(path, onReport),
    ]
  }

  /**
   * Opens or creates a data folder, and runs in it. Throws as `openDataFolder` and `Run` do; the folder is then released, and the destinations
   * are closed.
   */
  static async open(pipeline: Runnable, data: string, options: LiveRunOptions = {}): Promise<LiveRun> {
    const folder = await openDataFolder(data).catch(async (error: unknown) => {
      await closeAll(options)
      throw error
    })
    return LiveRun.inFolder(folder, pipeline, options)
  }

  /**
   * Runs in a folder that this process already holds, and takes over its release. Throws as `Run` does; the folder is then released, and the
   * destinations are closed.
   */
  static async inFolder(folder: DataFolder, pipeline: Runnable, options: LiveRunOptions = {}): Promise<LiveRun> {
    try {
      return new LiveRun(folder, pipeline, options)
    } catch (error) {
      await closeAll(options)
      await closeDataFolder(folder)
      throw error
    }
  }

  /**
   * Resolves when all submitted records are decided, and their effects, decisions and dead letters are sent. With `due`, UTC ms, also waits for the batch runs, reports
   * and trainings that were due by then; failed ones wait for their next try. Also resolves when the run has failed.
   */
  async whenIdle(due?: number): Promise<void> {
    await this.run.whenIdle(due)
    const isIdle = (): boolean => this.dispatcher.isIdle && this.#dispatchers.every(dispatcher => dispatcher.isIdle)
    while (!this.#hasFailed && !isIdle()) await pause(IDLE_CHECK_MS)
  }

  /** A dispatcher of records, whose progress is committed under the name of the destination. */
  #logDispatcher(
    route: OpenedDestination,
    feedOf: (reader: SqliteReader) => RecordFeed,
    pipeline: string,
    ports: Pick<LogDispatcherOptions, 'after' | 'onReport' | 'onFailure'>,
  ): LogDispatcher {
    const { store, path } = this.#folder
    const feed = feedOf(new SqliteReader(path))
    const records = recordNames[feed.kind]
    const name = `delivered${records === 'decisions' ? '' : `-${records}`}/${route.name}`
    const committed = store.get(name)
    return new LogDispatcher({
      route,
      feed,
      prefix: `${pipeline}/${records}/${this.logName}`,
      committedBatch: committed === undefined ? undefined : Number(committed),
      commit: batch => store.commit({ put: [[name, String(batch)]] }),
      random: seeded(wallClock()),
      ...ports,
    })
  }

  /** The data folder that the run holds, for jobs beside it. */
  get folder(): DataFolder {
    return this.#folder
  }

  /** Closes a service when the run stops: begun before the run takes nothing more, awaited before it closes the log. */
  closeWith(service: { close(): Promise<void> }): void {
    this.#services.push(service)
  }

  /**
   * Waits for submitted records and for deliveries in progress, saves state, and releases the folder. Unsent effects wait for the next run.
   * After a failure it only releases the folder.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    for (const timer of this.#timers) timer.stop()
    const services = Promise.allSettled(this.#services.map(service => service.close()))
    try {
      await Promise.all([this.dispatcher, ...this.#dispatchers].map(dispatcher => dispatcher.stop()))
      await this.run.stop(services)
    } finally {
      await services
      this.run.decider.close()
      await closeDataFolder(this.#folder)
    }
    for (const service of await services) if (service.status === 'rejected') throw service.reason
  }
}

const closeAll = ({ sendings = [], decisions, deadLetters }: LiveRunOptions): Promise<void> =>
  closeDestinations([...sendings, ...[decisions, deadLetters].filter(each => each !== undefined)])

/** Records in ids of deliveries, and in names of values. */
const recordNames = { decision: 'decisions', 'dead letter': 'dead-letters' } as const

/**
 * Starts checkpoints until it is stopped: frequent enough that a start replays little of the log, and no more frequent, since a checkpoint
 * writes all state to the disk that the log needs.
 */
export function scheduleCheckpoints(run: Pick<Run, 'checkpoint'>, repeat = callEvery): ReturnType<typeof callEvery> {
  const [often, seldom] = [limits.CHECKPOINT_ROUND_MS, limits.CHECKPOINT_ROUND_MS_MAX]
  let waited = 0
  return repeat(often, () => {
    waited += often
    if (run.checkpoint(waited < seldom ? limits.CHECKPOINT_ROUND_ENTRIES : 0)) waited = 0
  })
}
