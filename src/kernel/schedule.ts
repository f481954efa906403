import { cronOf } from '../define/feature/cron.ts'
import type { ScheduleIR } from '../define/ir/ir.ts'

/**
 * The last time of a schedule at or before a moment. −Infinity if there is none.
 *
 * Moments may come in any order, for a clock may be set back. A cron is evaluated once a tick of its own and not once a decision, as long as moments do not jump.
 */
export function scheduleCursor(schedule: ScheduleIR): (moment: number) => number {
  if (schedule.kind === 'interval') {
    const { every, phase } = schedule
    return moment => Math.floor((moment - phase) / every) * every + phase
  }
  const cron = cronOf(schedule)
  let last = -Infinity
  let next = -Infinity
  return moment => {
    if (moment < last || moment >= next) {
      last = cron.previousRuns(1, new Date(moment + 1))[0]?.getTime() ?? -Infinity
      next = cron.nextRun(new Date(moment))?.getTime() ?? Infinity
    }
    return last
  }
}

/** The times of a schedule in [from, to), in order. */
export function* scheduledTimes(schedule: ScheduleIR, from: number, to: number): Generator<number> {
  if (schedule.kind === 'interval') {
    const { every, phase } = schedule
    for (let t = Math.ceil((from - phase) / every) * every + phase + 0; t < to; t += every) yield t
    return
  }
  const cron = cronOf(schedule)
  for (let next = cron.nextRun(new Date(from - 1)); next && next.getTime() < to; next = cron.nextRun(next)) yield next.getTime()
}
