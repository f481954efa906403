/** Intervals of plan differences, clustered by the entities of the decision and by blocks of time. */
import { differenceIntervals, type IntervalOptions } from '../statistics/intervals.ts'
import { clusteredSample, type ClusteredSample, type ClusteredCases } from '../statistics/sample.ts'
import { timeBlocks, type TimeBlockBounds } from '../statistics/time-blocks.ts'
import type { RowRange } from '../domain/cases.ts'
import type { PlanPorts } from '../domain/plan-types.ts'

/** `bounds` are the least block lengths. The sample of each block is built once. */
export function planIntervals(
  { clusters, ...cases }: ClusteredCases,
  bounds: TimeBlockBounds,
  { seed, draws }: Pick<IntervalOptions, 'seed' | 'draws'>,
): PlanPorts['intervals'] {
  const samples = new Map<string, ClusteredSample>()
  const sampleFor = (rows: RowRange): ClusteredSample => {
    const key = `${rows.from} ${rows.to}`
    const sample = samples.get(key) ?? clusteredSample({ ...cases, clusters: [...clusters, timeBlocks(cases.t, rows, bounds)] }, rows)
    samples.set(key, sample)
    return sample
  }
  return (differences, rows) =>
    differenceIntervals(sampleFor(rows), differences, { seed, ...(draws !== undefined && { draws }), decisionsPerUnit: 1 }).levels
}
