/**
 * Freshness objectives from an audit: for each feature group the greatest age that the freshness threshold of its curve without retraining
 * allows in a run.
 */
import { spanTitle } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { ReplayLog } from '../../replay/index.ts'
import { FRESH_SHARE, type FreshnessObjective } from '../../run/decide/index.ts'
import type { AuditReport } from '../domain/audit-report.ts'
import type { AgePart, FreshnessThreshold } from '../domain/element-report.ts'
import { quantityText } from '../domain/figures.ts'
import { isInconclusive } from '../domain/plan-types.ts'

/**
 * The greatest age that a threshold allows a group in a run, ms. Thresholds are mean ages. Between two batch runs the age of a group passes
 * its mean, so what the threshold adds to the mean is added to the age just before the next results.
 */
export const greatestAllowedAge = ({ age }: FreshnessThreshold, now: AgePart | null): number =>
  now?.max === undefined ? age : now.max + (age - now.p50)

/**
 * Objectives by group, for groups with a freshness threshold. `delays` has the usual ingestion delay of each group's source, ms, where it is
 * known.
 */
export function objectivesOf(
  { elements, utility }: Pick<AuditReport, 'elements' | 'utility'>,
  delays: ReadonlyMap<string, number>,
): Record<string, FreshnessObjective> {
  return Object.fromEntries(
    elements.flatMap(({ kind, element, incidentThreshold, now }) => {
      if (kind !== 'group' || isInconclusive(incidentThreshold) || !(incidentThreshold.age > 0)) return []
      const { loss } = incidentThreshold
      const age = greatestAllowedAge(incidentThreshold, now.age)
      const why = `older than ${spanTitle(age)} it may lose more than ${quantityText(loss, utility.unit)} a week, with the model as it is`
      const group = element.slice('group/'.length)
      const delay = delays.get(group)
      return [[group, { age, share: FRESH_SHARE, ...(delay !== undefined && { delay }), why }]]
    }),
  )
}

/** Events sampled per source, evenly spaced. */
const SAMPLED_EVENTS = 10_000

/**
 * Median ingestion delay of each feature group's source, ms: arrival less event time. A freshness objective includes this delay, since the
 * audited history had it. Sources whose arrival always equals the event time have no recorded arrivals and are left out.
 */
export function ingestionDelays({ groups }: Pick<PipelineIR, 'groups'>, { histories }: Pick<ReplayLog, 'histories'>): Map<string, number> {
  const medians = new Map<string, number>()
  for (const { name, source } of groups) {
    const block = histories.get(source)?.block
    if (!block || block.length === 0) continue
    const step = Math.ceil(block.length / SAMPLED_EVENTS)
    const delays: number[] = []
    for (let row = 0; row < block.length; row += step) delays.push(block.arrival[row] - block.time[row])
    if (delays.every(delay => delay === 0)) continue
    medians.set(name, Float64Array.from(delays).toSorted()[delays.length >> 1])
  }
  return medians
}
