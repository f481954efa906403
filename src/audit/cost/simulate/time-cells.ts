import { limits } from '../../../base/index.ts'
import type { HistorySpan } from './rate.ts'

/** Interval of the autoscaler's decisions, ms. */
export const AUTOSCALER_INTERVAL_MS = 60_000

/**
 * Cells of equal length that divide a history, each of about whole minutes. Simultaneous demands are added cell by cell. At most
 * COST_CELLS.
 */
export class TimeCells {
  readonly length: number
  readonly #from: number
  readonly #width: number

  constructor({ from, until }: HistorySpan) {
    this.length = Math.max(1, Math.min(limits.COST_CELLS, Math.ceil((until - from) / AUTOSCALER_INTERVAL_MS)))
    this.#from = from
    this.#width = (until - from) / this.length
  }

  /** Adds a value held during [from, to), within the history, to the mean of each touched cell. */
  add(means: Float64Array, from: number, to: number, value: number): void {
    let at = from
    let cell = Math.min(this.length - 1, Math.floor((from - this.#from) / this.#width))
    while (at < to) {
      const end = cell === this.length - 1 ? to : Math.min(to, this.#from + (cell + 1) * this.#width)
      means[cell++] += (value * (end - at)) / this.#width
      at = end
    }
  }
}
