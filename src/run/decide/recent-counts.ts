/** Rolling counts of the last hour, by minute: decisions, and those within an objective. Memory is constant. */
import { limits } from '../../base/index.ts'

const { FRESHNESS_WINDOW_MS: WINDOW, FRESHNESS_BUCKET_MS: BUCKET } = limits

/** Decisions, and how many met the objective. */
export interface ObjectiveCounts {
  readonly decisions: number
  /** Decisions within the objective. */
  readonly within: number
}

export class RecentCounts {
  readonly #minutes = new Float64Array(WINDOW / BUCKET).fill(-Infinity)
  readonly #decisions = new Float64Array(WINDOW / BUCKET)
  readonly #within = new Float64Array(WINDOW / BUCKET)

  /** `now`: UTC ms. */
  add(now: number, { decisions, within }: ObjectiveCounts): void {
    const minute = Math.floor(now / BUCKET)
    const slot = minute % this.#minutes.length
    if (this.#minutes[slot] !== minute) {
      this.#minutes[slot] = minute
      this.#decisions[slot] = this.#within[slot] = 0
    }
    this.#decisions[slot] = this.#decisions[slot] + decisions
    this.#within[slot] = this.#within[slot] + within
  }

  /** Sum of the hour that ends with the minute of `now`. */
  at(now: number): ObjectiveCounts {
    const last = Math.floor(now / BUCKET)
    let [decisions, within] = [0, 0]
    for (const [slot, minute] of this.#minutes.entries()) {
      if (minute > last || minute <= last - this.#minutes.length) continue
      decisions += this.#decisions[slot]
      within += this.#within[slot]
    }
    return { decisions, within }
  }
}
