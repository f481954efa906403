/** Changes of a plan: placements, which can be edited, and other settings, which are described. */
import type { PlacementIR } from '../../../define/ir/index.ts'
import type { ElementSetting, Plan } from '../../domain/element.ts'
import type { PlanPart } from '../../domain/audit-report.ts'
import type { PlacementChange } from './placement-edit.ts'

/** Placement changes of a plan. `definedAt`: `FILE:LINE` of each group, the `groupDefinedAt` of a `Pipeline`. */
export function placementChanges(plan: Plan, definedAt: ReadonlyMap<string, string>): PlacementChange[] {
  return [...plan].flatMap(([element, setting]) => {
    const group = groupOf(element)
    const place = placementFor(setting)
    return group === undefined || place === undefined ? [] : [{ group, place, at: definedAt.get(group) }]
  })
}

/** Placement of a group's setting; undefined for a setting that no pipeline can have. */
function placementFor(setting: ElementSetting): PlacementIR | undefined {
  return setting.kind === 'stream' || setting.kind === 'batch' || setting.kind === 'hybrid' ? setting : undefined
}

/** Describes the changes of a plan that are no placements: ingestion, inference, action, training. */
export function otherChanges({ now, proposed }: Pick<PlanPart, 'now' | 'proposed'>): string[] {
  const before = new Map(now.map(({ element, title }) => [element, title]))
  return proposed
    .filter(({ element, title }) => groupOf(element) === undefined && before.get(element) !== title)
    .map(
      ({ element, title }) =>
        `${element}: ${title}, and not ${before.get(element) ?? 'as it is'}; that is no placement, and is changed by hand (${instructionFor(element)})`,
    )
}

function instructionFor(element: string): string {
  switch (element) {
    case 'ingestion':
      return 'in what sends the events'
    case 'inference':
      return "decide of the model: every('1h', …)"
    case 'action':
      return 'do of its actions: answer(…) is inline, a webhook is not'
    default:
      return 'train of the model: { every: … }'
  }
}

const groupOf = (element: string): string | undefined => (element.startsWith('group/') ? element.slice('group/'.length) : undefined)
