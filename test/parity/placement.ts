/** Placements (semantics, decisions and placements) as the requests that SQL answers, and in SQL itself. */
import { SpillwayError, limits } from '../../src/base/index.ts'
import type { GroupIR, PlacementIR, ScheduleIR, Value } from '../../src/define/ir/index.ts'
import type { SqlDialect } from '../../src/sql/dialect.ts'
import { cronOf } from '../../src/define/feature/index.ts'
import type { StrictOmit } from '../../src/base/index.ts'
import type { CutSql } from '../../src/sql/vector-query.ts'

/** A point-in-time request: a row of the relation of requests with a key, the visible events, and the as-of time. */
export interface SqlRequest {
  readonly key: readonly Value[]
  /** Events of the log with an index below this are visible… */
  readonly prefix: number
  /** …if their arrival is at or before this. */
  readonly upto?: number | undefined
  /** The as-of time, UTC ms. */
  readonly t: number
  /** Index in the log of the event that features with `before` leave out. */
  readonly excludedEvent?: number | undefined
}

/** Writes a placement in SQL (semantics, decisions and placements) for decisions `d` at `d._t` that see `d._prefix` up to `d._upto`. */
export function placementSql({ name, place }: GroupIR, dialect: SqlDialect): StrictOmit<CutSql, 'excluded'> {
  const [prefix, t] = ['d._prefix', 'd._t']
  switch (place.kind) {
    case 'stream':
    case 'hybrid':
      return { prefix, upto: 'd._upto', t }
    case 'corrected':
      return { prefix: String(Number.MAX_SAFE_INTEGER), upto: `CAST(NULL AS ${dialect.types.int})`, t }
    case 'lag':
      return { prefix, upto: `${t} - ${place.by}`, t: `${t} - ${place.by}` }
    case 'partial':
      return { prefix, upto: `${t} - ${place.by}`, t }
    case 'batch':
    case 'scheduled': {
      const { schedule, lasts } = place
      if (schedule.kind === 'cron')
        throw new SpillwayError(
          'SPILL_UNSUPPORTED',
          `group '${name}': a cron cannot be written in SQL; use an interval, or pass explicit requests`,
        )
      const s = `${dialect.tileStart(`(${t} - ${lasts + schedule.phase})`, schedule.every)} + ${schedule.phase}`
      return { prefix, upto: s, t: s }
    }
  }
}

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
