/** Freshness objectives from an audit: for each feature group the freshness threshold of its curve without retraining. */
import { spanTitle } from '../../base/index.ts'
import { FRESH_SHARE, type FreshnessObjective } from '../../run/decide/index.ts'
import type { AuditReport } from '../domain/audit-report.ts'
import { quantityText } from '../domain/figures.ts'
import { isInconclusive } from '../domain/plan-types.ts'

/**
 * Objectives by group, for groups with a freshness threshold. `delays` has the usual ingestion delay of each group's source, ms, where it is
 * known.
 */
export function objectivesOf(
  { elements, utility }: Pick<AuditReport, 'elements' | 'utility'>,
  delays: ReadonlyMap<string, number> = new Map(),
): Record<string, FreshnessObjective> {
  return Object.fromEntries(
    elements.flatMap(({ kind, element, incidentThreshold }) => {
      if (kind !== 'group' || isInconclusive(incidentThreshold) || !(incidentThreshold.age > 0)) return []
      const why = `older than ${spanTitle(incidentThreshold.age)} it may lose more than ${quantityText(incidentThreshold.loss, utility.unit)} a week, with the model as it is`
      const group = element.slice('group/'.length)
      const delay = delays.get(group)
      return [[group, { age: incidentThreshold.age, share: FRESH_SHARE, ...(delay !== undefined && { delay }), why }]]
    }),
  )
}
