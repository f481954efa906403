/** The greatest time between two times of a schedule. */
import { HOUR_MS, DAY_MS } from '../base/index.ts'
import type { ScheduleIR } from '../define/ir/index.ts'
import { scheduleCursor, scheduledTimes } from './schedule.ts'

/** Times that are looked at one by one. */
const GAPS_SEEN = 400
/** The weeks after them are searched in steps of an hour, and the rest of two years in steps of a day. */
const HOURLY_UNTIL = 6 * 7 * DAY_MS
/** Begin of the year whose gaps count; a leap year. */
const GAPS_FROM = Date.UTC(2028, 0, 1)

/**
 * The greatest time between two times of a schedule, ms: three days for a job on weekdays, a day and an hour for one in a zone with summer
 * time. A year where it has fewer than two times in two years.
 *
 * @example
 * longestGap({ kind: 'cron', cron: '0 2 * * 1-5', zone: 'UTC' }) / 86_400_000 // 3
 */
export function longestGap(schedule: ScheduleIR): number {
  if (schedule.kind === 'interval') return schedule.every
  const to = GAPS_FROM + 2 * 366 * DAY_MS
  let [gap, last, count] = [0, GAPS_FROM, 0]
  for (const time of scheduledTimes(schedule, GAPS_FROM, to)) {
    if (count > 0) gap = Math.max(gap, time - last)
    last = time
    if (++count > GAPS_SEEN) break
  }
  if (count <= 1) return 366 * DAY_MS
  return count <= GAPS_SEEN ? gap : longerGap(schedule, { gap, last, to })
}

/** Continues in steps: a cron of every minute has half a million times a year, and a weekend is longer than all gaps of its first day. */
function longerGap(schedule: ScheduleIR, { gap, last, to }: Record<'gap' | 'last' | 'to', number>): number {
  const lastTime = scheduleCursor(schedule)
  while (last < to) {
    const step = last < GAPS_FROM + HOURLY_UNTIL ? HOUR_MS : DAY_MS
    const time = lastTime(last + Math.max(gap, step))
    if (time > last) {
      last = time
      continue
    }
    const [next] = scheduledTimes(schedule, last + 1, to)
    if (next === undefined) break
    gap = Math.max(gap, next - last)
    last = next
  }
  return gap
}
