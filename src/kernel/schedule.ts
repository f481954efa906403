import { Cron } from 'croner'
import type { ScheduleIR } from '../define/ir.ts'

/**
 * The last time of a schedule at or before a moving moment. −Infinity if there is none.
 *
 * A moment is never before the one asked last, so a cron is evaluated once a tick of its own and not once a decision.
 * Where clocks change, a cron time in the gap is the first moment after it, and one that occurs twice is taken once
 * (as croner does).
 */
export function scheduleCursor(schedule: ScheduleIR): (moment: number) => number {
  if (schedule.kind === 'interval') {
    const { every, phase } = schedule
    return moment => Math.floor((moment - phase) / every) * every + phase
  }
  const cron = new Cron(schedule.cron, { timezone: schedule.zone, paused: true })
  let last = -Infinity
  let next = -Infinity
  return moment => {
    if (moment >= next) {
      last = cron.previousRuns(1, new Date(moment + 1))[0]?.getTime() ?? -Infinity
      next = cron.nextRun(new Date(moment))?.getTime() ?? Infinity
    }
    return last
  }
}

/** The times of a schedule in [from, to), in order, with the same rules where clocks change. */
export function* scheduledTimes(schedule: ScheduleIR, from: number, to: number): Generator<number> {
  if (schedule.kind === 'interval') {
    const { every, phase } = schedule
    for (let t = Math.ceil((from - phase) / every) * every + phase + 0; t < to; t += every) yield t
    return
  }
  const cron = new Cron(schedule.cron, { timezone: schedule.zone, paused: true })
  for (let next = cron.nextRun(new Date(from - 1)); next && next.getTime() < to; next = cron.nextRun(next)) yield next.getTime()
}
