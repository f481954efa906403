/**
 * The feature group operator: a group's placement, and its additional age.
 *
 * `older` is a lagging copy: the group's value at an earlier as-of time, for any placement; for a streamed group it equals `lag`. `faster`
 * is the same placement with a fraction of its lag, or of its schedule's period and job duration. `trace` has the recorded age of each
 * decision.
 */
import type { GroupIR, PlacementIR } from '../../../define/ir/ir.ts'
import type { ReplayLog } from '../../../replay/log.ts'
import type { Moments } from '../../../replay/triggering.ts'
import type { Setting } from '../../domain/element.ts'
import { fresher } from '../timeline/placement-age.ts'
import { rememberedBy } from '../timeline/rows.ts'
import { tracedClocks, type Trace, type Traces } from '../timeline/traces.ts'
import { knownBy, type World } from '../timeline/world.ts'
import { later, notThis, spanOf, unsupported } from './setting.ts'

export interface Placed {
  /** Identifies the setting within the group. */
  readonly id: string
  readonly place: PlacementIR
  /** The additional age: ms, or recorded ages. */
  readonly by: number | Trace
}

/**
 * The placement of a group under a setting.
 *
 * @throws `SPILL_UNSUPPORTED` for a setting that a group cannot have, or without recorded ages
 */
export function placedAs(setting: Setting, { name: group, place, features }: GroupIR, traces: Traces = new Map()): Placed {
  switch (setting.kind) {
    case 'now':
      return { id: 'now', place, by: 0 }
    case 'older': {
      const by = spanOf(`the age of group '${group}'`, setting.by, { zero: true })
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
      return { id: `faster ${setting.part}`, place: setting.part === 1 ? place : fresher(place, setting.part), by: 0 }
    case 'trace': {
      const trace = traces.get(group)
      if (!trace || trace.t.length === 0)
        unsupported(`group '${group}' has no recorded ages; give the data folder of a run that decided with it`)
      const before = features.find(feature => feature.before)
      if (before) unsupported(`feature '${group}.${before.name}' excludes the triggering event (before), which recorded ages cannot show`)
      return { id: 'trace', place: { kind: 'stream' }, by: trace }
    }
    default:
      return notThis(`group '${group}'`, setting, "write 'older', 'faster', 'stream', 'batch' or 'hybrid'")
  }
}

/** The last result by moments: a group is read at several keys in turn. */
const momentsCache = new WeakMap<Moments, { readonly by: number | Trace; readonly log: ReplayLog; readonly moments: Moments }>()

/** The moments at an earlier time: the visible events and the as-of time. */
export function earlier({ log, rows: { moments } }: World, by: number | Trace): Moments {
  if (by === 0) return moments
  const cached = momentsCache.get(moments)
  if (cached?.by === by && cached.log === log) return cached.moments
  const t = typeof by === 'number' ? later(moments.t, -by) : tracedClocks(by, moments.t)
  const shifted = { t, prefixes: rememberedBy(knownBy(t, moments, log)), source: undefined }
  momentsCache.set(moments, { by, log, moments: shifted })
  return shifted
}
