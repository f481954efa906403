/** A run on a model store whose clock a test moves, and whose batch runs are made when they are due. */
import { pause } from '../../src/base/clock.ts'
import type { Compute } from '../../src/batch/job.ts'
import type { Runnable } from '../../src/run/opening.ts'
import { Run } from '../../src/run/run.ts'
import { ModelStore, type Disk } from '../crash/model-store.ts'
import { computeHere } from './compute-here.ts'

export interface Driving {
  readonly disk?: Disk
  /** The clock at first, UTC ms. */
  readonly now: number
  readonly computing?: (store: ModelStore) => Compute
  readonly makeStore?: (disk: Disk | undefined) => ModelStore
  readonly runsKept?: number
}

export class DrivenRun {
  readonly store: ModelStore
  readonly run: Run
  readonly reports: string[] = []
  #now: number

  constructor(pipeline: Runnable, { disk, now, computing = computeHere, makeStore = of => new ModelStore(of, true), runsKept }: Driving) {
    this.#now = now
    this.store = makeStore(disk)
    this.run = new Run(pipeline, {
      store: this.store,
      clock: () => this.#now,
      onReport: report => this.reports.push(report),
      compute: computing(this.store),
      runsKept,
    })
  }

  /** Moves the clock, and lets what is due be made. One run is made at a time, and each is swapped in by a turn of its own. */
  async to(now: number, turns = 6): Promise<void> {
    this.#now = now
    for (let i = 0; i < turns; i++) {
      this.run.tick()
      await pause(0)
      await this.run.quiet()
    }
  }

  /** What a crash leaves now: a copy. */
  get left(): Disk {
    const { commits, states } = this.store.disk
    return { commits: [...commits], states: new Map(states) }
  }
}
