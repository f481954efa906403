import { spanTitle, SpillwayError, limits } from '../../../base/index.ts'
import type { ScheduleIR } from '../../../define/ir/index.ts'
import { scheduledTimes } from '../../../kernel/index.ts'
import type { HistorySpan } from './rate.ts'

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
