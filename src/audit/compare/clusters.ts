/** Clustered samples for confidence intervals: decisions are clustered by their entities, and by blocks of time. */
import { DAY_MS } from '../../base/index.ts'
import { groupReads } from '../../decision/index.ts'
import type { LabelIR, ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { RowRange } from '../domain/cases.ts'
import type { PlanPorts } from '../domain/plan-types.ts'
import { differenceIntervals, type IntervalOptions } from '../statistics/intervals.ts'
import { clusteredSample, type ClusteredCases, type ClusteredSample } from '../statistics/sample.ts'
import { timeBlocks, type TimeBlockBounds } from '../statistics/time-blocks.ts'
import { memoizeByRows } from '../domain/caches.ts'

/** The sample of a block, with blocks of time in addition to the entities. `bounds` are the least lengths of a block of time. */
export const sampleWithTimeBlocks = (cases: ClusteredCases, rows: RowRange, bounds: TimeBlockBounds): ClusteredSample =>
  clusteredSample({ ...cases, clusters: [...cases.clusters, timeBlocks(cases.t, rows, bounds)] }, rows)

/** Intervals of plan differences per eligible decision, as of a sweep. The sample of each block is built once. */
export function planIntervals(
  cases: ClusteredCases,
  bounds: TimeBlockBounds,
  options: Pick<IntervalOptions, 'seed' | 'draws'>,
): PlanPorts['intervals'] {
  const sampleOf = memoizeByRows((of: ClusteredCases, rows: RowRange) => sampleWithTimeBlocks(of, rows, bounds))
  return (differences, rows) => differenceIntervals(sampleOf(cases, rows), differences, { ...options, decisionsPerUnit: 1 }).levels
}

/** Least lengths of a block of time, ms. */
export const timeBlockBounds = (ir: PipelineIR, model: ModelIR): TimeBlockBounds => ({
  horizon: sharedHorizon(model.label!),
  window: windowBelowADay(ir, model),
})

/**
 * Horizon of a label, ms: decisions that see the same episode, event or silence ahead belong to one block. 0 for a label by id, since an event
 * that names its decision concerns only that one.
 */
function sharedHorizon(label: LabelIR): number {
  if (label.kind === 'from') return 0
  return label.kind === 'begins' ? label.within + label.lasting : label.within
}

/** The longest finite window below a day, ms; 0 without one. */
function windowBelowADay(ir: PipelineIR, model: ModelIR): number {
  const windows = groupReads(ir, model).flatMap(({ group }) => group.features.map(({ window }) => window))
  return windows.reduce<number>((longest, window) => (window === 'lifetime' || window >= DAY_MS ? longest : Math.max(longest, window)), 0)
}
