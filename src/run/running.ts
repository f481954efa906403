/**
 * A run that goes on by itself: it holds its data folder, makes its ticks on time, saves its state in rounds, and in the end lets the folder go.
 *
 * What a process adds (where records come from, what is said, signals) is its own.
 */
import { every } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { openFolder, type DataFolder } from '../log/sqlite/data-folder.ts'
import type { Runnable } from './opening.ts'
import type { RunOptions } from './parts.ts'
import { Run } from './run.ts'

const TICK_EVERY_MS = 20

export class Running {
  readonly run: Run
  readonly #folder: DataFolder
  readonly #timers: readonly { stop(): void }[]
  #stopped: Promise<void> | undefined

  private constructor(run: Run, folder: DataFolder) {
    this.run = run
    this.#folder = folder
    run.tick()
    this.#timers = [every(TICK_EVERY_MS, () => run.tick()), every(limits.CHECKPOINT_ROUND_MS, () => run.checkpoint())]
  }

  /** Opens a data folder, or makes it, and runs in it. Throws as `openFolder` and `Run` do, and then holds nothing. */
  static async open(pipeline: Runnable, data: string, options: Omit<RunOptions, 'store'> = {}): Promise<Running> {
    return Running.in(await openFolder(data), pipeline, options)
  }

  /** Runs in a folder that this process holds already, and from now on lets it go. Throws as `Run` does, and then has let go. */
  static async in(folder: DataFolder, pipeline: Runnable, options: Omit<RunOptions, 'store'> = {}): Promise<Running> {
    try {
      return new Running(new Run(pipeline, { ...options, store: folder.store }), folder)
    } catch (error) {
      await letGo(folder)
      throw error
    }
  }

  /** Waits for what was submitted, saves state, and lets the folder go. Of a run that has failed it only does the last. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    for (const timer of this.#timers) timer.stop()
    try {
      await this.run.stop()
    } finally {
      await letGo(this.#folder)
    }
  }
}

/** Its threads would keep the process for ever. */
async function letGo(folder: DataFolder): Promise<void> {
  await folder.store.close()
  folder.release()
}
