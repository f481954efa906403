/** What is said of groups that are made older together: a plan sets each of them by itself, so nothing is decided of all at once. */
import { elementId } from '../domain/element.ts'
import type { PlanPart, Verdict } from '../domain/audit-report.ts'

export const BY_PLAN = 'by the plan'

export function togetherVerdict(groups: readonly string[], plans: Pick<PlanPart, 'now' | 'proposed'>): Verdict {
  const title = (of: 'now' | 'proposed', group: string) =>
    plans[of].find(({ element }) => element === elementId({ kind: 'group', group }))?.title
  const changed = groups.filter(group => title('now', group) !== title('proposed', group))
  const runs = changed.map(group => `"${group}" as ${title('proposed', group)}`).join(', ')
  const does =
    changed.length === 0
      ? 'the one that is kept leaves all of them as they run'
      : `the one that is proposed runs ${runs}${changed.length < groups.length ? ', and leaves the others as they run' : ''}`
  return { choice: BY_PLAN, why: `a plan sets each of these groups by itself: ${does}` }
}
