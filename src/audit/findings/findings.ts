/**
 * Three expensive mistakes that need no replay to be seen: features fresher than anyone uses, features older than decisions can bear, effects that wait longer than everything before them
 * took.
 */
import { spanTitle } from '../../base/span.ts'
import { limits } from '../../base/limits.ts'
import type { PipelineIR, PlacementIR } from '../../define/ir/ir.ts'
import type { Finding, StagesPart } from '../domain/audit-report.ts'
import { everyTitle } from '../domain/setting-text.ts'
import { consumersOf } from '../plans/consumers.ts'

/** How old a group is at decisions, and how old it may be, ms. */
export interface GroupAge {
  readonly group: string
  readonly p95: number
  readonly knee: number
}

export interface FindingsGiven {
  readonly ir: PipelineIR
  /** Models without a score that anyone reads; told from the definitions unless given. */
  readonly unscored?: ReadonlySet<string>
  /** Of the groups whose age and knee are known. */
  readonly ages: readonly GroupAge[]
  readonly stages?: StagesPart
}

export function findingsOf({ ir, unscored, ages, stages }: FindingsGiven): Finding[] {
  return [...wasted(ir, unscored), ...starved(ages), ...(stages ? queued(stages) : [])]
}

/** A group that is kept up with every event, and read a few times a day at most: a run before each use gives the same. */
function wasted(ir: PipelineIR, unscored?: ReadonlySet<string>): Finding[] {
  return ir.groups
    .filter(({ place, features }) => isKeptUp(place) && features.some(({ agg }) => agg !== 'row'))
    .flatMap(({ name, place }) => {
      const consumers = consumersOf(ir, name, unscored)
      const soonest = Math.min(...consumers.map(({ period }) => period))
      if (soonest < limits.AUDIT_SLOW_USE_MS) return []
      const kept = `features '${name}' are kept up with every event (${place.kind})`
      const text =
        consumers.length === 0
          ? `${kept}, and nothing reads them; leave them out, or make them batch`
          : `${kept}, and ${consumers.map(used).join(' and ')}: a batch run before each use gives as much`
      return [{ kind: 'wasted' as const, element: `group/${name}`, text }]
    })
}

const isKeptUp = ({ kind }: PlacementIR): boolean => kind === 'stream' || kind === 'hybrid'

const used = ({ name, period }: { readonly name: string; readonly period: number }): string => `${name} reads them ${everyTitle(period)}`

function starved(ages: readonly GroupAge[]): Finding[] {
  return ages
    .filter(({ p95, knee }) => p95 > knee)
    .map(({ group, p95, knee }) => ({
      kind: 'starved' as const,
      element: `group/${group}`,
      text: `features '${group}' are up to ${spanTitle(p95)} old at decisions (p95), and older than ${spanTitle(knee)} they lose value`,
    }))
}

/** By the middle: percentiles do not add, medians nearly do. */
function queued({ stages }: StagesPart): Finding[] {
  const queue = stages.find(({ stage }) => stage === 'action queue')
  if (!queue) return []
  const before = stages
    .filter(({ stage }) => stage === 'ingestion' || stage === 'features' || stage === 'inference')
    .reduce((sum, { p50 }) => sum + p50, 0)
  if (queue.p50 <= before) return []
  const text = `an effect waits ${spanTitle(queue.p50)} in its queue (median), longer than ingestion, features and inference together took, ${spanTitle(before)}: look at its receiver first`
  return [{ kind: 'queued', element: 'action', text }]
}
