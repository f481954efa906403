/** How far apart the times of a schedule are, and how old what they make is. */
import type { ScheduleIR } from '../../define/schedule-ir.ts'
import { scheduledTimes } from '../../kernel/schedule.ts'

/** Times that are looked at: more than a year of nights, and of a week of any shape. */
const TIMES = 400

/** ms: of a cron the middle one of its gaps. */
export function periodOf(schedule: ScheduleIR): number {
  if (schedule.kind === 'interval') return schedule.every
  const gaps = gapsOf(schedule).sort((a, b) => a - b)
  return gaps[Math.floor(gaps.length / 2)] ?? Infinity
}

/** Mean over time, ms, of what is made at each time of a schedule and is there after `lasts`: a sawtooth's, Σ gap² / 2 Σ gap, and `lasts`. */
export function meanAge(schedule: ScheduleIR, lasts: number): number {
  const gaps = schedule.kind === 'interval' ? [schedule.every] : gapsOf(schedule)
  const whole = gaps.reduce((sum, gap) => sum + gap, 0)
  return gaps.reduce((sum, gap) => sum + gap * gap, 0) / (2 * whole) + lasts
}

function gapsOf(schedule: ScheduleIR): number[] {
  const times: number[] = []
  for (const time of scheduledTimes(schedule, 0, Infinity)) if (times.push(time) > TIMES) break
  return times.slice(1).map((time, i) => time - times[i])
}
