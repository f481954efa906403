/** Intervals of plan differences, clustered by the entities of the decision and by blocks of time. */
import { bandsOf, type BandOptions } from '../statistics/intervals.ts'
import { sampleOf, type Sample, type SampledCases } from '../statistics/sample.ts'
import { timeBlocks, type BlockBounds } from '../statistics/time-blocks.ts'
import type { RowRange } from '../domain/cases.ts'
import type { PlanPorts } from '../domain/plan-types.ts'

/** `bounds` are the least block lengths. The sample of each block is built once. */
export function bandedIntervals(
  { clusters, ...cases }: SampledCases,
  bounds: BlockBounds,
  { seed, draws }: Pick<BandOptions, 'seed' | 'draws'>,
): PlanPorts['intervals'] {
  const samples = new Map<string, Sample>()
  const sampleFor = (rows: RowRange): Sample => {
    const key = `${rows.from} ${rows.to}`
    const sample = samples.get(key) ?? sampleOf({ ...cases, clusters: [...clusters, timeBlocks(cases.t, rows, bounds)] }, rows)
    samples.set(key, sample)
    return sample
  }
  return (differences, rows) =>
    bandsOf(sampleFor(rows), differences, { seed, ...(draws !== undefined && { draws }), decisionsAWeek: 1 }).rungs
}
