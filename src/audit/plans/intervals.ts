/** Intervals of plans by the bands of the audit: every entity of the decision, and blocks of time. */
import { bandsOf, type BandOptions } from '../statistics/intervals.ts'
import { sampleOf, type Sample, type SampledCases } from '../statistics/sample.ts'
import { timeBlocks, type BlockBounds } from '../statistics/time-blocks.ts'
import type { RowRange } from '../domain/cases.ts'
import type { PlanPorts } from '../domain/plan-types.ts'

/** `bounds` is what blocks of time are never shorter than. A block's sample is made once. */
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
