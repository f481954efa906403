/**
 * The stage times of a run's decisions, gathered until they are given to the store, a block at a time. They are measurements, not facts of the log: those that
 * were not given when the process ends are lost, and no decision with them.
 */
import type { Clock } from '../../base/clock.ts'
import { stopwatch } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import type { StoredStages } from '../../log/store.ts'
import { writeStages } from './stage-codec.ts'
import { sampleOf, type GivenStretch, type StageSample } from './stage-times.ts'

export class Stages {
  readonly #clock: Clock
  #samples: StageSample[] = []
  #number: number
  #isNew = false

  /** `clock`: the wall clock. `last`: the number of the newest block in the store. */
  constructor(clock: Clock, last: number) {
    this.#clock = clock
    this.#number = last + 1
  }

  /** Stretches have become durable now. Returns what was measured of them. */
  durable(stretches: readonly GivenStretch[]): StageSample[] {
    if (stretches.length === 0) return []
    const now = stopwatch()
    const wall = this.#clock()
    const samples = stretches.map(stretch => sampleOf(stretch, now, wall))
    this.#samples.push(...samples)
    this.#isNew = true
    return samples
  }

  /** Of the block that is being gathered: the store may not have it yet. */
  get gathered(): readonly StageSample[] {
    return this.#samples
  }

  /** Is as much gathered as a block may have? */
  get isFull(): boolean {
    return this.#samples.length >= limits.STAGE_STRETCHES
  }

  /** What was gathered, to be committed, if anything is new. As long as a block is not full it is given again with what came since. */
  take(): StoredStages | undefined {
    if (!this.#isNew) return undefined
    this.#isNew = false
    const { number, samples } = { number: this.#number, samples: this.#samples }
    if (this.isFull) {
      this.#number++
      this.#samples = []
    }
    const first = samples.reduce((least, sample) => Math.min(least, sample.first), Infinity)
    const last = samples.reduce((greatest, sample) => Math.max(greatest, sample.last), 0)
    return { number, first, last, bytes: writeStages(samples) }
  }
}
