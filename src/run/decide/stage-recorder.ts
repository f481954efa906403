/**
 * Collects the stage times of decisions in blocks for the store. They are measurements, not facts of the log: unsaved ones are lost when
 * the process ends, and no decision is lost with them.
 */
import { type Clock, stopwatch, limits } from '../../base/index.ts'
import type { StoredStageTimes } from '../../log/index.ts'
import { encodeStageTimes } from './stage-codec.ts'
import { stageSampleOf, type CommittedBatch, type StageSample } from './stage-times.ts'

export class StageRecorder {
  readonly #clock: Clock
  #samples: StageSample[] = []
  #number: number
  #isNew = false

  /** `clock`: the wall clock. `last`: number of the newest stored block. */
  constructor(clock: Clock, last: number) {
    this.#clock = clock
    this.#number = last + 1
  }

  /** Records decision batches that have become durable. Returns their samples. */
  record(batches: readonly CommittedBatch[]): StageSample[] {
    if (batches.length === 0) return []
    const now = stopwatch()
    const wall = this.#clock()
    const samples = batches.map(batch => stageSampleOf(batch, now, wall))
    this.#samples.push(...samples)
    this.#isNew = true
    return samples
  }

  /** Samples of the current block, which may not be stored yet. */
  get gathered(): readonly StageSample[] {
    return this.#samples
  }

  /** Is the block full? */
  get isFull(): boolean {
    return this.#samples.length >= limits.STAGE_BLOCK_BATCHES
  }

  /** The current block for the store, if it has new samples. A block that is not full is stored again when it grows. */
  flush(): StoredStageTimes | undefined {
    if (!this.#isNew) return undefined
    this.#isNew = false
    const { number, samples } = { number: this.#number, samples: this.#samples }
    if (this.isFull) {
      this.#number++
      this.#samples = []
    }
    const first = samples.reduce((least, sample) => Math.min(least, sample.first), Infinity)
    const last = samples.reduce((greatest, sample) => Math.max(greatest, sample.last), 0)
    return { number, first, last, bytes: encodeStageTimes(samples) }
  }
}
