/**
 * A feature group: where it is placed, and how much older it is than that.
 *
 * `older` is a copy that lags: what the group would have given so much earlier, whatever its placement; of a streamed one that is `lag`. `faster` is the same placement with a part of its
 * lag, or of its schedule's period and of what a job takes.
 */
import type { PlacementIR } from '../../../define/ir.ts'
import type { Moments } from '../../../replay/triggering.ts'
import type { Setting } from '../../element.ts'
import { fresher } from '../placement-age.ts'
import { rememberedBy } from '../rows.ts'
import { knownBy, type World } from '../world.ts'
import { notThis, spanOf } from './setting.ts'

export interface Placed {
  /** Names it among the settings of one group. */
  readonly id: string
  readonly place: PlacementIR
  /** ms */
  readonly by: number
}

export function placedAs(setting: Setting, group: string, place: PlacementIR): Placed {
  switch (setting.kind) {
    case 'now':
      return { id: 'now', place, by: 0 }
    case 'older': {
      const by = spanOf(`how old group '${group}' is`, setting.by, { zero: true })
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
    default:
      return notThis(`group '${group}'`, setting, "write 'older', 'faster', 'stream', 'batch' or 'hybrid'")
  }
}

/** The moments as they were so much earlier: what had arrived, and the clock. */
export function earlier({ log, rows: { moments } }: World, by: number): Moments {
  if (by === 0) return moments
  const t = moments.t.map(at => at - by)
  return { t, prefixes: rememberedBy(knownBy(t, moments, log)), source: undefined }
}
