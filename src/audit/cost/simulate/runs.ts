import { LagHistogram } from './lag-histogram.ts'
import type { HistorySpan } from './rate.ts'

/** Inputs of simulated batch runs. Times UTC ms, spans ms, work in core ms. */
export interface BatchRunsInput {
  /** Due times, sorted. */
  readonly due: Float64Array
  /** Events that each run reads. */
  readonly events: Float64Array
  /** Core ms an event. */
  readonly service: number
  /** Time from the beginning of a run to its first event. */
  readonly start: number
  /** Deadline of a run after it is due; above 0. */
  readonly lasts: number
  /** Least number of cores. */
  readonly smallest: number
}

/** Result of simulated batch runs. */
export interface SimulatedRuns {
  /** Cores with which the greatest run meets its deadline; Infinity if starting alone takes that long. */
  readonly cores: number
  /** Cores that suffice if workers stay up, so that nothing has to start. */
  readonly coresIfStaying: number
  /** Core ms held by runs, including their start, and the part of them that is work. */
  readonly coreMs: number
  readonly work: number
  /** Lags from the due time to the end of each run. */
  readonly lags: LagHistogram
  /** Runs that began late because the previous one had not ended. */
  readonly late: number
}

/**
 * Simulates runs that start, then work on all cores at once. A run waits for the previous one. All have as many cores as the greatest
 * needs. O(runs).
 */
export function simulateBatchRuns({ due, events, service, start, lasts, smallest }: BatchRunsInput): SimulatedRuns {
  const most = events.reduce((most, count) => Math.max(most, count), 0) * service
  const cores = lasts > start ? Math.max(smallest, most / (lasts - start)) : Infinity
  const lags = new LagHistogram()
  let [coreMs, work, late, free] = [0, 0, 0, -Infinity]
  for (let run = 0; run < due.length; run++) {
    const begin = Math.max(due[run], free)
    if (begin > due[run]) late++
    const own = events[run] * service
    free = begin + start + own / cores
    coreMs += start * cores + own
    work += own
    lags.add(free - due[run])
  }
  return { cores, coresIfStaying: Math.max(smallest, most / lasts), coreMs, work, lags, late }
}

/** Events that a run reads: its windows again, `reach` ms back (Infinity for everything), or only those since the previous run. */
export type RunReading = { readonly reach: number } | 'since the last'

/**
 * Number of events that each run reads, up to its due time. Before the history the mean rate is assumed; otherwise the first runs would
 * look cheaper than those of any later month. `period` is the mean time between runs. O(n + runs).
 */
export function eventsOfRuns(
  arrival: Float64Array,
  due: Float64Array,
  reading: RunReading,
  history: HistorySpan,
  period: number,
): Float64Array {
  const rate = arrival.length / (history.until - history.from)
  let [arrived, left] = [0, 0]
  return due.map((time, run) => {
    const previous = arrived
    while (arrived < arrival.length && arrival[arrived] <= time) arrived++
    const span = reading === 'since the last' ? (run === 0 ? period : 0) : reading.reach
    if (span === Infinity) return arrived
    if (reading === 'since the last') left = previous
    else while (left < arrived && arrival[left] <= time - reading.reach) left++
    return arrived - left + rate * Math.max(0, span - (time - history.from))
  })
}
