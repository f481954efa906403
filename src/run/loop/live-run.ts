/**
 * A run that goes on by itself: it holds its data folder, makes its ticks on time, saves its state in rounds, sends what follows from its decisions, and
 * in the end lets the folder go.
 *
 * What a process adds (where records come from, what is said, signals) is its own.
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

const TICK_EVERY_MS = 20
const IDLE_LOOK_MS = 2

export interface RunningOptions extends Omit<RunOptions, 'store'> {
  /** Where effects go; without it they are recorded, and wait for a run that sends them. */
  readonly sendings?: readonly Sending[]
  readonly onSettled?: DispatcherOptions['onSettled']
  /** What waits for the time of another try; a test's does not wait as long. */
  readonly after?: NonNullable<DispatcherOptions['after']>
  /** Threads that compute one batch run; one less than the machine has cores, at most `BATCH_THREADS_MAX`, unless given. */
  readonly batchThreads?: number | undefined
}

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
    const told = (effects: readonly NewEffect[]) => {
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
      onEffects: told,
    })
    const settle: DispatcherOptions['settle'] = changes => this.run.settle(changes)
    const { clock } = options
    const ports = { ...(clock && { clock }), ...(onSettled && { onSettled }), ...(after && { after }) }
    this.dispatcher = new Dispatcher({ run: this.run, sendings, effects: store.effects, settle, ...ports })
    this.run.tick()
    this.dispatcher.start()
    this.#timers = [
      every(TICK_EVERY_MS, () => this.run.tick()),
      saveRounds(this.run),
      every(limits.STAGES_EVERY_MS, () => this.run.keepStages()),
      checkDecisions(path, onReport),
    ]
  }

  /** Opens a data folder, or makes it, and runs in it. Throws as `openFolder` and `Run` do, and then holds nothing. */
  static async open(pipeline: Runnable, data: string, options: RunningOptions = {}): Promise<Running> {
    return Running.in(await openFolder(data), pipeline, options)
  }

  /** Runs in a folder that this process holds already, and from now on lets it go. Throws as `Run` does, and then has let go. */
  static async in(folder: DataFolder, pipeline: Runnable, options: RunningOptions = {}): Promise<Running> {
    try {
      return new Running(folder, pipeline, options)
    } catch (error) {
      await closeFolder(folder)
      throw error
    }
  }

  /**
   * Resolves when what was submitted is decided and what followed from it was sent, and the batch runs, reports and trainings are made that were due by a moment, UTC ms,
   * if one is given; what failed waits for its next try.
   */
  async idle(due?: number): Promise<void> {
    await this.run.quiet(due)
    while (!this.dispatcher.isIdle) await pause(IDLE_LOOK_MS)
  }

  /**
   * Waits for what was submitted and for deliveries under way, saves state, and lets the folder go; effects that are not sent wait for the next run. Of a run that has
   * failed it only does the last.
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
