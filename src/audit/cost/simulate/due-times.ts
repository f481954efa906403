import { spanTitle } from '../../../base/span.ts'
import { SpillwayError } from '../../../base/errors.ts'
import { limits } from '../../../base/limits.ts'
import type { ScheduleIR } from '../../../define/ir/ir.ts'
import { scheduledTimes } from '../../../kernel/schedule.ts'
import type { Stretch } from './rate.ts'

const YEAR_MS = 365 * 86_400_000
/** Times of a schedule by which its period is told. */
const TIMES = 1000

/** The mean time between two runs, ms: of the first thousand times of a schedule, or those of a year. Throws `SPILL_INPUT` for one that has not two. */
export function periodOf(schedule: ScheduleIR, from: number): number {
  if (schedule.kind === 'interval') return schedule.every
  const times: number[] = []
  for (const time of scheduledTimes(schedule, from, from + YEAR_MS)) if (times.push(time) === TIMES) break
  if (times.length < 2)
    throw new SpillwayError(
      'SPILL_INPUT',
      `the cron '${schedule.cron}' is not due twice in a year, so it has no cost a month; give another`,
    )
  return (times.at(-1)! - times[0]) / (times.length - 1)
}

/** When runs are due in a history: after its beginning, at which there is nothing to read, and up to its end. Throws `SPILL_LIMIT` past COST_RUNS_MAX of them. */
export function dueIn(schedule: ScheduleIR, { from, until }: Stretch, period: number): Float64Array {
  if ((until - from) / period > limits.COST_RUNS_MAX)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `a run each ${spanTitle(period)} over ${spanTitle(until - from)} is more than ${limits.COST_RUNS_MAX} runs (COST_RUNS_MAX); stream it, or give a longer period`,
    )
  return Float64Array.from(scheduledTimes(schedule, from + 1, until + 1))
}
