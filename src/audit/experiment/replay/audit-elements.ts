/**
 * The elements of an audit, and the element `groups`: all fresh feature groups, aged together.
 *
 * A single aged group is compared while the others stay fresh. Redundant groups therefore lose nothing one by one, and everything together.
 */
import type { GroupRead } from '../../../decision/index.ts'
import type { GroupIR, PlacementIR } from '../../../define/ir/index.ts'
import type { Element } from '../../domain/element.ts'
import { placementAge, schedulePeriod } from '../timeline/placement-age.ts'

const DAY = 86_400_000

/** The element of all fresh groups; `undefined` for fewer than two, where the group's own sweep is enough. */
export function freshGroupsElement(groups: readonly GroupIR[]): Extract<Element, { kind: 'groups' }> | undefined {
  const fresh = new Set(groups.filter(({ place }) => isFresh(place)).map(({ name }) => name))
  return fresh.size < 2 ? undefined : { kind: 'groups', groups: [...fresh] }
}

/** The age of the freshest group, ms. Ages of `groups` are in addition to it. */
export const freshestAge = (groups: readonly GroupIR[]): number => Math.min(...groups.map(({ place }) => placementAge(place)))

/** True if a group is younger than a day: streamed, or by a job more often than daily. No decision saw `corrected` values. */
function isFresh(place: PlacementIR): boolean {
  if (place.kind === 'corrected') return false
  const isDaily = (place.kind === 'batch' || place.kind === 'scheduled') && schedulePeriod(place.schedule) >= DAY
  return !isDaily && placementAge(place) < DAY
}

/** The elements of a pipeline, in the order of an event's path, with `groups` after the groups. */
export function auditElements(reads: readonly GroupRead[]): Element[] {
  const groups = new Set(reads.map(({ group }) => group.name))
  const together = freshGroupsElement(reads.map(({ group }) => group))
  return [
    { kind: 'ingestion' },
    ...[...groups].map((group): Element => ({ kind: 'group', group })),
    ...(together ? [together] : []),
    { kind: 'inference' },
    { kind: 'action' },
    { kind: 'training' },
  ]
}
