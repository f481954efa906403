import { limits } from '../../../base/index.ts'

/** Span of a history, [from, until], UTC ms. */
export interface HistorySpan {
  readonly from: number
  readonly until: number
}

/** Length of the counting windows, ms, unless there are too many. */
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
