/** Verdict for feature groups that are swept together. A plan sets each group separately, so nothing is decided for all at once. */
import { elementId } from '../domain/element.ts'
import type { PlanPart } from '../domain/audit-report.ts'
import type { ElementVerdict } from '../domain/element-report.ts'

/** Choice of the verdict. */
export const BY_PLAN = 'by the plan'

/** The verdict, with the plan's settings of these groups. */
export function jointVerdict(groups: readonly string[], plans: Pick<PlanPart, 'now' | 'proposed'>): ElementVerdict {
  const title = (of: 'now' | 'proposed', group: string) =>
    plans[of].find(({ element }) => element === elementId({ kind: 'group', group }))?.title
  const changedGroups = groups.filter(group => title('now', group) !== title('proposed', group))
  const changes = changedGroups.map(group => `"${group}" as ${title('proposed', group)}`).join(', ')
  const outcome =
    changedGroups.length === 0
      ? 'the one that is kept leaves all of them as they run'
      : `the one that is proposed runs ${changes}${changedGroups.length < groups.length ? ', and leaves the others as they run' : ''}`
  return { choice: BY_PLAN, why: `a plan sets each of these groups by itself: ${outcome}` }
}
