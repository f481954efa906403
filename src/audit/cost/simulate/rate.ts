import { limits } from '../../../base/limits.ts'

/** A stretch of history, [from, until], UTC ms. */
export interface Stretch {
  readonly from: number
  readonly until: number
}

/** Minutes in which a rate is counted, unless there are too many of them. */
const WINDOW_MS = 60_000

/**
 * The rate of arrivals, events a ms, that a part `q` of the minutes of a history do not pass; at least the mean, or what waits would never be done. Quiet minutes count. A history of more
 * than COST_WINDOWS_MAX minutes is counted in longer stretches.
 */
export function rateQuantile(arrival: Float64Array, { from, until }: Stretch, q: number): number {
  const span = until - from
  const windows = Math.min(limits.COST_WINDOWS_MAX, Math.max(1, Math.floor(span / WINDOW_MS)))
  const width = span / windows
  const counts = new Uint32Array(windows)
  for (let i = 0; i < arrival.length; i++) counts[Math.min(windows - 1, Math.floor((arrival[i] - from) / width))]++
  counts.sort()
  const rank = Math.max(1, Math.ceil(q * windows))
  return Math.max(counts[rank - 1] / width, arrival.length / span)
}
