/** A history divided into equal intervals: cells for the demand on workers, and windows for arrival rates. */
import { limits } from '../../../base/index.ts'

/** Span of a history, [from, until], UTC ms. */
export interface HistorySpan {
  readonly from: number
  readonly until: number
}

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

/** Length of the windows of a rate, ms, unless there are too many. */
const WINDOW_MS = 60_000

/**
 * Quantile `q` of the arrival rate over the minutes of a history, events per ms; at least the mean, or the backlog would grow without end.
 * Quiet minutes count. A history of more than COST_WINDOWS_MAX minutes has longer windows.
 */
export function rateQuantile(arrival: Float64Array, { from, until }: HistorySpan, q: number): number {
  const span = until - from
  const windows = Math.min(limits.COST_WINDOWS_MAX, Math.max(1, Math.floor(span / WINDOW_MS)))
  const width = span / windows
  const counts = new Uint32Array(windows)
  for (let i = 0; i < arrival.length; i++) counts[Math.min(windows - 1, Math.floor((arrival[i] - from) / width))]++
  counts.sort()
  const rank = Math.max(1, Math.ceil(q * windows))
  return Math.max(counts[rank - 1] / width, arrival.length / span)
}
