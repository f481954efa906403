/**
 * Maps an audit setting of a feature group to a placement and an added age.
 *
 * - `now`: the group's own placement.
 * - `stream`, `hybrid`: a stream, since a hybrid group has equal values.
 * - `batch`: scheduled jobs of the given duration.
 * - `faster`: the group's placement with a fraction of its lag, or of its schedule's period and job duration.
 * - `older`: the group's placement with an added age, as a copy that lags. A decision reads the value as of that much earlier. For a
 *   streamed group this equals the placement `lag`.
 * - `trace`: a stream with the age that a data folder recorded for the latest decision before (`AgeTrace`).
 */
import type { GroupIR, PlacementIR } from '../../../define/ir/index.ts'
import type { ReplayPoints } from '../../../replay/index.ts'
import { lastResults } from '../../domain/caches.ts'
import type { ElementSetting } from '../../domain/element.ts'
import { fresherPlacement } from '../timeline/placement-age.ts'
import { tracedAsOfTimes, type AgeTrace, type AgeTraces } from '../timeline/age-traces.ts'
import { memoizePrefixes, shiftTimes, visibleBy, type Timeline } from '../timeline/timeline.ts'
import { rejectSetting, checkedSpan, throwUnsupported } from './setting-checks.ts'

/** A group under a setting. */
export interface PlacedGroup {
  readonly place: PlacementIR
  /** Age that is added to the one of the placement: ms, or the recorded ages. */
  readonly addedAge: number | AgeTrace
}

/**
 * The placement of a group under a setting.
 *
 * @throws `SPILL_UNSUPPORTED` for a setting that a group cannot have, or without recorded ages
 */
export function placeGroup(setting: ElementSetting, { name: group, place, features }: GroupIR, traces: AgeTraces = new Map()): PlacedGroup {
  switch (setting.kind) {
    case 'now':
      return { place, addedAge: 0 }
    case 'older':
      return { place, addedAge: checkedSpan(`the age of group '${group}'`, setting.by, { zero: true }) }
    case 'stream':
    case 'hybrid':
      return { place: { kind: 'stream' }, addedAge: 0 }
    case 'batch':
      return { place: { kind: 'scheduled', schedule: setting.schedule, lasts: setting.lasts }, addedAge: 0 }
    case 'faster':
      return { place: setting.part === 1 ? place : fresherPlacement(place, setting.part), addedAge: 0 }
    case 'trace': {
      const trace = traces.get(group)
      if (!trace || trace.t.length === 0)
        throwUnsupported(`group '${group}' has no recorded ages; give the data folder of a run that decided with it`)
      const before = features.find(feature => feature.before)
      if (before)
        throwUnsupported(`feature '${group}.${before.name}' excludes the triggering event (before), which recorded ages cannot show`)
      return { place: { kind: 'stream' }, addedAge: trace }
    }
    default:
      return rejectSetting(`group '${group}'`, setting, "write 'older', 'faster', 'stream', 'batch' or 'hybrid'")
  }
}

/** By points: a group is read at several keys in turn. */
const lastShifted = lastResults<ReplayPoints, ReplayPoints>()

/** The points earlier by an added age: the visible events and the as-of time of each decision. */
export function earlierPoints({ log, rows: { points } }: Timeline, addedAge: number | AgeTrace): ReplayPoints {
  if (addedAge === 0) return points
  return lastShifted(points, [addedAge, log], () => {
    const t = typeof addedAge === 'number' ? shiftTimes(points.t, -addedAge) : tracedAsOfTimes(addedAge, points.t)
    return { t, prefixes: memoizePrefixes(visibleBy(t, points, log)), source: undefined }
  })
}
