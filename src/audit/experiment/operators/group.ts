/**
 * The feature group operator: a group's placement, and its additional age.
 *
 * `older` is a lagging copy: the group's value at an earlier as-of time, for any placement; for a streamed group it equals `lag`. `faster`
 * is the same placement with a fraction of its lag, or of its schedule's period and job duration. `trace` has the recorded age of each
 * decision.
 */
import type { GroupIR, PlacementIR } from '../../../define/ir/index.ts'
import type { ReplayLog, ReplayPoints } from '../../../replay/index.ts'
import type { ElementSetting } from '../../domain/element.ts'
import { fresherPlacement } from '../timeline/placement-age.ts'
import { memoizePrefixes } from '../timeline/decision-rows.ts'
import { tracedAsOfTimes, type AgeTrace, type AgeTraces } from '../timeline/age-traces.ts'
import { visibleBy, type Timeline } from '../timeline/timeline.ts'
import { shiftTimes, rejectSetting, checkedSpan, throwUnsupported } from './setting.ts'

export interface PlacedGroup {
  /** Identifies the setting within the group. */
  readonly id: string
  readonly place: PlacementIR
  /** The additional age: ms, or recorded ages. */
  readonly by: number | AgeTrace
}

/**
 * The placement of a group under a setting.
 *
 * @throws `SPILL_UNSUPPORTED` for a setting that a group cannot have, or without recorded ages
 */
export function placeGroup(setting: ElementSetting, { name: group, place, features }: GroupIR, traces: AgeTraces = new Map()): PlacedGroup {
  switch (setting.kind) {
    case 'now':
      return { id: 'now', place, by: 0 }
    case 'older': {
      const by = checkedSpan(`the age of group '${group}'`, setting.by, { zero: true })
      return { id: `older ${by}`, place, by }
    }
    case 'stream':
    case 'hybrid':
      return { id: 'stream', place: { kind: 'stream' }, by: 0 }
    case 'batch': {
      const { schedule, lasts } = setting
      return { id: `batch ${JSON.stringify(schedule)} ${lasts}`, place: { kind: 'scheduled', schedule, lasts }, by: 0 }
    }
    case 'faster':
      return { id: `faster ${setting.part}`, place: setting.part === 1 ? place : fresherPlacement(place, setting.part), by: 0 }
    case 'trace': {
      const trace = traces.get(group)
      if (!trace || trace.t.length === 0)
        throwUnsupported(`group '${group}' has no recorded ages; give the data folder of a run that decided with it`)
      const before = features.find(feature => feature.before)
      if (before)
        throwUnsupported(`feature '${group}.${before.name}' excludes the triggering event (before), which recorded ages cannot show`)
      return { id: 'trace', place: { kind: 'stream' }, by: trace }
    }
    default:
      return rejectSetting(`group '${group}'`, setting, "write 'older', 'faster', 'stream', 'batch' or 'hybrid'")
  }
}

/** The last result by moments: a group is read at several keys in turn. */
const momentsCache = new WeakMap<
  ReplayPoints,
  { readonly by: number | AgeTrace; readonly log: ReplayLog; readonly moments: ReplayPoints }
>()

/** The moments at an earlier time: the visible events and the as-of time. */
export function earlierMoments({ log, rows: { moments } }: Timeline, by: number | AgeTrace): ReplayPoints {
  if (by === 0) return moments
  const cached = momentsCache.get(moments)
  if (cached?.by === by && cached.log === log) return cached.moments
  const t = typeof by === 'number' ? shiftTimes(moments.t, -by) : tracedAsOfTimes(by, moments.t)
  const shifted = { t, prefixes: memoizePrefixes(visibleBy(t, moments, log)), source: undefined }
  momentsCache.set(moments, { by, log, moments: shifted })
  return shifted
}
