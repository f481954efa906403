/**
 * Expensive mistakes: features fresher than any consumer needs, features that were older in a run than decisions tolerate, and effects that
 * queue longer than all earlier stages take.
 */
import { spanTitle, limits } from '../../base/index.ts'
import type { PipelineIR, PlacementIR } from '../../define/ir/index.ts'
import type { Finding, StagesPart } from '../domain/audit-report.ts'
import type { ElementPart } from '../domain/element-report.ts'
import { isInconclusive } from '../domain/plan-types.ts'
import { everyTitle } from '../domain/setting-text.ts'
import type { AgeTraces } from '../experiment/timeline/age-traces.ts'
import { consumersOf, unscoredModels } from '../plans/consumers.ts'
import { greatestAllowedAge } from '../plans/freshness-objectives.ts'
import { percentiles } from '../stages/stage-part.ts'

/** Recorded age of a feature group at decisions, and the greatest age that its freshness threshold allows, ms. */
export interface RecordedGroupAge {
  readonly group: string
  readonly p95: number
  readonly allowed: number
}

export interface FindingsInput {
  readonly ir: PipelineIR
  /** The model that a promoted version scores, if the audit knows one. */
  readonly promoted: string | undefined
  readonly ages: readonly RecordedGroupAge[]
  readonly stages?: StagesPart
}

export function findingsOf({ ir, promoted, ages, stages }: FindingsInput): Finding[] {
  return [...wastedFreshness(ir, promoted), ...staleGroups(ages), ...(stages ? longQueue(stages) : [])]
}

/** A group that every event updates but that is read a few times a day at most. A run before each read gives the same values. */
function wastedFreshness(ir: PipelineIR, promoted: string | undefined): Finding[] {
  const unscored = unscoredModels(ir)
  if (promoted !== undefined) unscored.delete(promoted)
  return ir.groups
    .filter(({ place, features }) => isStreamed(place) && features.some(({ agg }) => agg !== 'row'))
    .flatMap(({ name, place }) => {
      const consumers = consumersOf(ir, name, unscored)
      const soonest = Math.min(...consumers.map(({ period }) => period))
      if (soonest < limits.AUDIT_SLOW_USE_MS) return []
      const subject = `features '${name}' are kept up with every event (${place.kind})`
      const text =
        consumers.length === 0
          ? `${subject}, and nothing reads them; leave them out, or make them batch`
          : `${subject}, and ${consumers.map(consumerText).join(' and ')}: a batch run before each use gives as much`
      return [{ kind: 'wasted' as const, element: `group/${name}`, text }]
    })
}

const isStreamed = ({ kind }: PlacementIR): boolean => kind === 'stream' || kind === 'hybrid'

const consumerText = ({ name, period }: { readonly name: string; readonly period: number }): string =>
  `${name} reads them ${everyTitle(period)}`

/**
 * Recorded ages of the groups with a freshness threshold. By its placement no group is older than its threshold allows. A threshold at the
 * oldest level of the sweep limits nothing, since no older age is known to lose.
 */
export const recordedGroupAges = (
  elements: readonly Pick<ElementPart, 'kind' | 'element' | 'now' | 'incidentThreshold'>[],
  traces: AgeTraces = new Map(),
): RecordedGroupAge[] =>
  elements.flatMap(({ kind, element, now, incidentThreshold }) => {
    if (kind !== 'group' || isInconclusive(incidentThreshold) || incidentThreshold.beyond === true) return []
    const group = element.slice('group/'.length)
    const ages = traces.get(group)?.age.filter(Number.isFinite)
    if (!ages || ages.length === 0) return []
    const { p95 } = percentiles(
      ages,
      ages.map(() => 1),
    )
    return [{ group, p95, allowed: greatestAllowedAge(incidentThreshold, now.age) }]
  })

function staleGroups(ages: readonly RecordedGroupAge[]): Finding[] {
  return ages
    .filter(({ p95, allowed }) => p95 > allowed)
    .map(({ group, p95, allowed }) => ({
      kind: 'starved' as const,
      element: `group/${group}`,
      text: `features '${group}' were up to ${spanTitle(p95)} old at recorded decisions (p95), and older than ${spanTitle(allowed)} they may lose value`,
    }))
}

/** Compares medians, which nearly add up; percentiles do not. */
function longQueue({ stages }: StagesPart): Finding[] {
  const queue = stages.find(({ stage }) => stage === 'action queue')
  if (!queue) return []
  const before = stages
    .filter(({ stage }) => stage === 'ingestion' || stage === 'features' || stage === 'inference')
    .reduce((sum, { p50 }) => sum + p50, 0)
  if (queue.p50 <= before) return []
  const text = `an effect waits ${spanTitle(queue.p50)} in its queue (median), longer than ingestion, features and inference together took, ${spanTitle(before)}: look at its receiver first`
  return [{ kind: 'queued', element: 'action', text }]
}
