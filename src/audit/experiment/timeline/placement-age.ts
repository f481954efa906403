/** The mean age of a group by its placement, and the mean period of its schedule. Times are ms. */
import type { PlacementIR, ScheduleIR } from '../../../define/ir/index.ts'
import { scheduledTimes } from '../../../kernel/index.ts'

/** The number of cron times averaged for the period. */
const CRON_TIMES = 64
/** The start of the average, UTC ms: a Thursday. */
const CRON_START = 0

/** The mean age; of a schedule the mean of its sawtooth. */
export function placementAge(place: PlacementIR): number {
  switch (place.kind) {
    case 'stream':
    case 'hybrid':
    case 'corrected':
      return 0
    case 'lag':
    case 'partial':
      return place.by
    case 'batch':
    case 'scheduled':
      return place.lasts + schedulePeriod(place.schedule) / 2
  }
}

export function schedulePeriod(schedule: ScheduleIR): number {
  if (schedule.kind === 'interval') return schedule.every
  const times: number[] = []
  for (const time of scheduledTimes(schedule, CRON_START, Infinity)) if (times.push(time) > CRON_TIMES) break
  return times.length < 2 ? Infinity : (times.at(-1)! - times[0]) / (times.length - 1)
}

/** The placement at a fraction of its age. */
export function fresherPlacement(place: PlacementIR, part: number): PlacementIR {
  const partOf = (ms: number): number => Math.round(ms * part)
  switch (place.kind) {
    case 'lag':
    case 'partial':
      return { ...place, by: partOf(place.by) }
    case 'batch':
    case 'scheduled': {
      const every = Math.max(1, partOf(schedulePeriod(place.schedule)))
      const phase = place.schedule.kind === 'interval' ? place.schedule.phase % every : 0
      return { kind: 'scheduled', schedule: { kind: 'interval', every, phase }, lasts: partOf(place.lasts) }
    }
    default:
      return place
  }
}
