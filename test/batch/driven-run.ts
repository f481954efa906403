/** A run on a model store whose clock a test moves, and whose batch runs, trainings and whatever else is due are made when it does. */
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
  /** What times are counted from, UTC ms: 0 unless given. */
  readonly start?: number
  /** The clock at first. */
  readonly now: number
  readonly computing?: ((store: ModelStore) => ComputeRun) | undefined
  readonly makeStore?: (disk: Disk | undefined) => ModelStore
  readonly runsKept?: number
  /** What else the run is given, over its store. */
  readonly besides?: (store: ModelStore) => Partial<RunOptions>
  /** How often what is due is looked for when the clock has moved: 6 times unless given. */
  readonly turns?: number
}

export class DrivenRun {
  readonly store: ModelStore
  readonly run: Run
  readonly reports: string[] = []
  /** Moves the clock, and lets what is due be made. One run is made at a time, and each is swapped in by a turn of its own. */
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
      for (let i = 0; i < turns; i++) {
        run.tick()
        await pause(0)
        await run.whenIdle()
      }
    }
  }

  /** What a crash leaves now: a copy. */
  get left(): Disk {
    const { commits, states } = this.store.disk
    return { commits: [...commits], states: new Map(states) }
  }
}

/** In the order in which they were committed. */
export const decisionsOf = ({ store }: Pick<DrivenRun, 'store'>): RecordedDecision[] =>
  store.decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)])
