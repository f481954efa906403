import { cronOf } from '../define/feature/index.ts'
import type { ScheduleIR } from '../define/ir/index.ts'

/** Last scheduled time at or before a time, UTC ms; −Infinity if there is none. */
export type ScheduleCursor = (time: number) => number

/**
 * Returns a function from a time to the last scheduled time at or before it, −Infinity if there is none.
 *
 * Times may come in any order, since a clock may be set back. A cron is evaluated once per tick of its own, not once per decision, as
 * long as times do not jump.
 */
export function scheduleCursor(schedule: ScheduleIR): ScheduleCursor {
  if (schedule.kind === 'interval') {
    const { every, phase } = schedule
    return time => Math.floor((time - phase) / every) * every + phase
  }
  const cron = cronOf(schedule)
  let last = -Infinity
  let next = -Infinity
  return time => {
    if (time < last || time >= next) {
      last = cron.previousRuns(1, new Date(time + 1))[0]?.getTime() ?? -Infinity
      next = cron.nextRun(new Date(time))?.getTime() ?? Infinity
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
