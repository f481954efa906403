/** A run on a model store with a movable clock, which makes due batch runs, trainings and other jobs when it is moved. */
import { pause } from '../../src/base/clock.ts'
import type { ComputeRun } from '../../src/batch/job.ts'
import type { Runnable } from '../../src/run/recovery/open-pipeline.ts'
import type { RunOptions } from '../../src/run/loop/composition-root.ts'
import { recordedDecisions, type RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { Run } from '../../src/run/loop/run.ts'
import { ModelStore, type Disk } from '../crash/model-store.ts'
import { computeHere } from './compute-here.ts'

export interface Driving {
  readonly disk?: Disk | undefined
  /** Origin of times, UTC ms; default 0. */
  readonly start?: number
  /** Initial clock. */
  readonly now: number
  readonly computing?: ((store: ModelStore) => ComputeRun) | undefined
  readonly makeStore?: (disk: Disk | undefined) => ModelStore
  readonly runsKept?: number
  /** Further options of the run, over its store. */
  readonly besides?: (store: ModelStore) => Partial<RunOptions>
  /** Number of checks for due work after the clock has moved; default 6. */
  readonly turns?: number
}

export class DrivenRun {
  readonly store: ModelStore
  readonly run: Run
  readonly reports: string[] = []
  /** Moves the clock, and lets due jobs run. One batch run is made at a time, and a separate turn swaps in each. */
  readonly to: (now: number, turns?: number) => Promise<void>

  constructor(pipeline: Runnable, { disk, start = 0, now, computing = computeHere, turns: usual = 6, ...driving }: Driving) {
    const { makeStore = of => new ModelStore(of, true), runsKept, besides = () => ({}) } = driving
    let clock = start + now
    const store = (this.store = makeStore(disk))
    const run = (this.run = new Run(pipeline, {
      store,
      clock: () => clock,
      onReport: report => this.reports.push(report),
      compute: computing(store),
      runsKept,
      ...besides(store),
    }))
    this.to = async (moved, turns = usual) => {
      clock = start + moved
      // A turn may begin only after the pause, on a busy machine: what is due by the clock must be in the log before the next event is.
      for (let i = 0; i < turns || run.tick() < clock; i++) {
        if (i < turns) run.tick()
        await pause(0)
        await run.whenIdle()
      }
    }
  }

  /** A copy of the disk as a crash would leave it now. */
  get left(): Disk {
    const { commits, states } = this.store.disk
    return { commits: [...commits], states: new Map(states) }
  }
}

/** In order of commit. */
export const decisionsOf = ({ store }: Pick<DrivenRun, 'store'>): RecordedDecision[] =>
  store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)])
