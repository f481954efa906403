/**
 * All groups that are kept fresh, older at once.
 *
 * One group made older is judged beside others that stay fresh. Where these tell the same, nothing is lost by any of them alone, and everything by all.
 */
import type { GroupIR, PlacementIR } from '../../../define/ir/ir.ts'
import type { Element } from '../../domain/element.ts'
import { ageOf, periodOf } from '../timeline/placement-age.ts'

const DAY = 86_400_000

/** Undefined where fewer than two are: then the one says it all. */
export function togetherOf(groups: readonly GroupIR[]): Extract<Element, { kind: 'groups' }> | undefined {
  const fresh = new Set(groups.filter(({ place }) => isFresh(place)).map(({ name }) => name))
  return fresh.size < 2 ? undefined : { kind: 'groups', groups: [...fresh] }
}

/** How old the freshest of them is, ms: what the others are older than that they stay. */
export const freshestOf = (groups: readonly GroupIR[]): number => Math.min(...groups.map(({ place }) => ageOf(place)))

/** Younger than a day, by events or by a job that comes more than once a day. What was corrected later no decision saw. */
function isFresh(place: PlacementIR): boolean {
  if (place.kind === 'corrected') return false
  const isDaily = (place.kind === 'batch' || place.kind === 'scheduled') && periodOf(place.schedule) >= DAY
  return !isDaily && ageOf(place) < DAY
}
