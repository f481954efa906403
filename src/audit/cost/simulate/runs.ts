/** Scheduled batch runs: their due times, the events that each reads, and the cores that they hold. */
import { spanTitle, SpillwayError, limits } from '../../../base/index.ts'
import type { ScheduleIR } from '../../../define/ir/index.ts'
import { scheduledTimes } from '../../../kernel/index.ts'
import { LagHistogram } from './lag-histogram.ts'
import type { HistorySpan } from './time-cells.ts'

const YEAR_MS = 365 * 86_400_000
/** Number of scheduled times from which the period is estimated. */
const SAMPLED_TIMES = 1000

/**
 * Mean time between runs, ms, over the first thousand times of a schedule or those of a year. Throws `SPILL_INPUT` for a schedule with
 * fewer than two.
 */
export function meanPeriod(schedule: ScheduleIR, from: number): number {
  if (schedule.kind === 'interval') return schedule.every
  const times: number[] = []
  for (const time of scheduledTimes(schedule, from, from + YEAR_MS)) if (times.push(time) === SAMPLED_TIMES) break
  if (times.length < 2)
    throw new SpillwayError(
      'SPILL_INPUT',
      `the cron '${schedule.cron}' is due less than twice a year, so it has no monthly cost; give a more frequent schedule`,
    )
  return (times.at(-1)! - times[0]) / (times.length - 1)
}

/** Due times of a schedule after the beginning of the history and up to its end, UTC ms. Throws `SPILL_LIMIT` above COST_RUNS_MAX. */
export function dueTimes(schedule: ScheduleIR, { from, until }: HistorySpan, period: number): Float64Array {
  if ((until - from) / period > limits.COST_RUNS_MAX)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `a run every ${spanTitle(period)} over ${spanTitle(until - from)} gives more than ${limits.COST_RUNS_MAX} runs (COST_RUNS_MAX); stream it, or give a longer period`,
    )
  return Float64Array.from(scheduledTimes(schedule, from + 1, until + 1))
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
