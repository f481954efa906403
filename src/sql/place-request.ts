import { limits } from '../base/index.ts'
import { cronOf } from '../define/feature/index.ts'
import type { PlacementIR, ScheduleIR, Value } from '../define/ir/index.ts'
import type { SqlRequest } from './request.ts'

/** A request of a decision before placement: the visible events and the time of the decision. */
export interface UnplacedRequest {
  readonly key: readonly Value[]
  readonly prefix: number
  readonly t: number
  /** Index in the log of the triggering event. */
  readonly trigger?: number | undefined
}

/** Applies a group's placement to a request (semantics, decisions and placements). `size`: events in the log today. */
export function placeRequest({ key, prefix, t, trigger }: UnplacedRequest, place: PlacementIR, size: number): SqlRequest {
  switch (place.kind) {
    case 'stream':
    case 'hybrid':
      return { key, prefix, t, excludedEvent: trigger }
    case 'corrected':
      return { key, prefix: size, t, excludedEvent: trigger }
    case 'lag':
      return { key, prefix, upto: t - place.by, t: t - place.by, excludedEvent: trigger }
    case 'partial':
      return { key, prefix, upto: t - place.by, t, excludedEvent: trigger }
    case 'batch':
    case 'scheduled': {
      const s = lastAt(place.schedule, t - place.lasts)
      return { key, prefix, upto: s, t: s, excludedEvent: trigger }
    }
  }
}

/** The last scheduled time at or before `t`, UTC ms; before every arrival if there is none. */
function lastAt(schedule: ScheduleIR, t: number): number {
  if (schedule.kind === 'interval') return schedule.phase + Math.floor((t - schedule.phase) / schedule.every) * schedule.every
  const cron = cronOf(schedule)
  // A run at this very second counts, so the search goes back from the next second.
  const nextSecond = (Math.floor(t / 1000) + 1) * 1000
  return cron.previousRuns(1, new Date(nextSecond))[0]?.getTime() ?? -limits.TIME_MS_MAX - 1
}
