/**
 * A run that operates by itself. It holds its data folder, ticks on time, saves its state periodically, sends the effects of its decisions,
 * and releases the folder at the end.
 *
 * Sources of records, printed output and signals belong to the process around it.
 */
import { dirname, join } from 'node:path'
import { Dispatcher, type DispatcherOptions, type Sending } from '../../action/dispatcher.ts'
import { every, pause } from '../../base/clock.ts'
import { makeReportBeside } from '../../batch/report-job.ts'
import { computeBeside } from '../../batch/threads.ts'
import { limits } from '../../base/limits.ts'
import type { NewEffect } from '../../log/effects.ts'
import { closeFolder, openFolder, type DataFolder } from '../../log/sqlite/data-folder.ts'
import { OBJECTIVES_FILE } from '../decide/objectives.ts'
import { ObjectivesFile } from '../decide/objectives-file.ts'
import type { Runnable } from '../recovery/opening.ts'
import type { RunOptions } from './run-parts.ts'
import { checkDecisions } from '../history/decision-check.ts'
import { Run } from './run.ts'
import { saveRounds } from './save-rounds.ts'
import { judgeBeside, lookBeside, trainBeside } from '../jobs/training-worker.ts'

const TICK_INTERVAL_MS = 20
const IDLE_CHECK_MS = 2

/** Options of a run that owns its data folder. */
export interface RunningOptions extends Omit<RunOptions, 'store'> {
  /** Destinations of effects. Without them effects are recorded, and wait for a run that sends them. */
  readonly sendings?: readonly Sending[]
  readonly onSettled?: DispatcherOptions['onSettled']
  /** Timer of retries; a test passes a shorter one. */
  readonly after?: NonNullable<DispatcherOptions['after']>
  /** Threads for one batch run. Default: one less than the number of cores, at most `BATCH_THREADS_MAX`. */
  readonly batchThreads?: number | undefined
}

/** A run, its dispatcher of effects, and its timers. */
export class Running {
  readonly run: Run
  readonly dispatcher: Dispatcher
  readonly #folder: DataFolder
  readonly #timers: readonly { stop(): void }[]
  #stopped: Promise<void> | undefined

  private constructor(
    folder: DataFolder,
    pipeline: Runnable,
    { sendings = [], onSettled, after, batchThreads, ...options }: RunningOptions,
  ) {
    const { store, path, warnings } = folder
    const onNewEffects = (effects: readonly NewEffect[]) => {
      this.dispatcher.add(effects)
      options.onEffects?.(effects)
    }
    this.#folder = folder
    const { onReport = () => {} } = options
    for (const warning of warnings) onReport(warning)
    this.run = new Run(pipeline, {
      compute: computeBeside(path, { threads: batchThreads }),
      train: trainBeside(path),
      judge: judgeBeside(path),
      look: lookBeside(path),
      objectives: new ObjectivesFile(join(dirname(path), OBJECTIVES_FILE), pipeline.ir),
      reporting: { make: makeReportBeside(path, pipeline.scores), folder: dirname(path) },
      ...options,
      store,
      onEffects: onNewEffects,
    })
    const settle: DispatcherOptions['settle'] = changes => this.run.settle(changes)
    const { clock } = options
    const ports = { ...(clock && { clock }), ...(onSettled && { onSettled }), ...(after && { after }) }
    this.dispatcher = new Dispatcher({ run: this.run, sendings, effects: store.effects, settle, ...ports })
    this.run.tick()
    this.dispatcher.start()
    this.#timers = [
      every(TICK_INTERVAL_MS, () => this.run.tick()),
      saveRounds(this.run),
      every(limits.STAGES_EVERY_MS, () => this.run.keepStages()),
      checkDecisions(path, onReport),
    ]
  }

  /** Opens or creates a data folder, and runs in it. Throws as `openFolder` and `Run` do; the folder is then released. */
  static async open(pipeline: Runnable, data: string, options: RunningOptions = {}): Promise<Running> {
    return Running.in(await openFolder(data), pipeline, options)
  }

  /** Runs in a folder that this process already holds, and takes over its release. Throws as `Run` does; the folder is then released. */
  static async in(folder: DataFolder, pipeline: Runnable, options: RunningOptions = {}): Promise<Running> {
    try {
      return new Running(folder, pipeline, options)
    } catch (error) {
      await closeFolder(folder)
      throw error
    }
  }

  /**
   * Resolves when all submitted records are decided and their effects are sent. With `due`, UTC ms, also waits for the batch runs, reports
   * and trainings that were due by then; failed ones wait for their next try.
   */
  async idle(due?: number): Promise<void> {
    await this.run.quiet(due)
    while (!this.dispatcher.isIdle) await pause(IDLE_CHECK_MS)
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
    try {
      await this.dispatcher.stop()
      await this.run.stop()
    } finally {
      await closeFolder(this.#folder)
    }
  }
}
