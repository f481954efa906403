/**
 * The recent lag of one partition of a source: the window that `lagVerdict` judges, and the ends that `lagTime` looks back to.
 *
 * Memory is bounded. Ends that the consumer has passed are dropped but for the last of them. If it stands still for long, every second of
 * the older ends is dropped: an age of hours is then known to some minutes.
 */
import { limits } from '../../base/index.ts'
import { catchUpMs, type EndSample, lagTime, type LagTime } from './lag-time.ts'
import { type LagSample, lagVerdict, type LagVerdict, type PlacePosition } from './lag-verdict.ts'

/** One measurement of a partition. */
export interface LagMeasurement extends LagSample {
  readonly lag: number
  /** The position behind the last record of the place. */
  readonly end: PlacePosition
}

/** The lag of one partition now. */
export interface PartitionLag {
  readonly verdict: LagVerdict
  /** Distance to the end, in the unit of the source. */
  readonly lag: number
  /** The age of the oldest unread record. */
  readonly age: LagTime
  /** Milliseconds until it has caught up; undefined if the lag does not fall. */
  readonly catchUpMs: number | undefined
}

/** Collects the measurements of one partition. */
export class LagHistory {
  readonly #allowedLag: number
  readonly #samples: LagMeasurement[] = []
  readonly #ends: EndSample[] = []
  #last: LagMeasurement | undefined

  /** `allowedLag`: lag that counts as caught up, in the unit of the source. */
  constructor(allowedLag = 0) {
    this.#allowedLag = allowedLag
  }

  /**
   * Adds a measurement. That of a consumer that has ended moves the end of the place alone: its window grows old. A second measurement at a
   * time is ignored. Once the clock was set, or the machine slept, the history begins again: times before and after cannot be compared.
   */
  add(measurement: LagMeasurement, isAlive = true): void {
    const ms = this.#last ? measurement.time - this.#last.time : Infinity
    if (ms === 0) return
    if (ms < 0 || ms > limits.ALERT_CLOCK_JUMP_MS) this.#clear()
    this.#last = measurement
    this.#addEnd({ time: measurement.time, end: measurement.end }, measurement.position)
    if (!isAlive) return
    this.#samples.push(measurement)
    if (this.#samples.length > limits.LAG_SAMPLES) this.#samples.shift()
  }

  /**
   * The lag now; undefined before half a window of samples, since a run that has just started reads what came while it was stopped.
   */
  judge(now: number): PartitionLag | undefined {
    const last = this.#last
    if (!last || this.#samples.length < limits.LAG_SAMPLES / 2) return undefined
    const { lag, position } = last
    const recentEnds = this.#ends.slice(-limits.LAG_SAMPLES).map(({ end }) => end)
    return {
      verdict: lagVerdict({ samples: this.#samples, recentEnds, lag, now, allowedLag: this.#allowedLag }),
      lag,
      age: lagTime(this.#ends, position, now),
      catchUpMs: catchUpMs([...this.#samples, last]),
    }
  }

  #clear(): void {
    this.#samples.length = this.#ends.length = 0
  }

  /** The last `LAG_SAMPLES` ends are always kept, unless the consumer has passed them. */
  #addEnd(sample: EndSample, position: PlacePosition): void {
    const ends = this.#ends
    ends.push(sample)
    const firstUnread = ends.findIndex(({ end }) => end > position)
    ends.splice(0, (firstUnread < 0 ? ends.length : firstUnread) - 1)
    if (ends.length <= limits.LAG_ENDS_MAX) return
    const half = ends.length >> 1
    const older = ends.slice(0, half).filter((_, i) => i % 2 === 0)
    ends.splice(0, half, ...older)
  }
}
