/**
 * Clusters of correlated decisions, by which intervals are computed (`audit/statistics/`): the entities of each decision, and blocks of
 * time.
 */
import { groupReads } from '../../decision/index.ts'
import type { LabelIR, ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { ClusteredCases } from '../statistics/sample.ts'
import { timeBlocks, type TimeBlockBounds } from '../statistics/time-blocks.ts'
import type { Cases } from '../domain/cases.ts'

const DAY = 86_400_000

/** The decisions with time blocks added to their entity clusters. */
export const withTimeClusters = ({ t, eligible, clusters, blocks, propensityWeights }: Cases, bounds: TimeBlockBounds): ClusteredCases => ({
  t,
  eligible,
  ...(propensityWeights && { propensityWeights }),
  clusters: [...clusters, timeBlocks(t, blocks.test, bounds)],
})

/** Least lengths of a block of time, ms. */
export const timeBlockBounds = (ir: PipelineIR, model: ModelIR): TimeBlockBounds => ({
  horizon: labelHorizon(model.label!),
  window: windowBelowADay(ir, model),
})

/**
 * Horizon of a label, ms: decisions that see the same episode ahead belong to one block. 0 for a label by id, since an event that names its
 * decision concerns only that one.
 */
const labelHorizon = (label: LabelIR): number => (label.kind === 'begins' ? label.within + label.lasting : 0)

/** The longest finite window below a day, ms; 0 without one. */
function windowBelowADay(ir: PipelineIR, model: ModelIR): number {
  const windows = groupReads(ir, model).flatMap(({ group }) => group.features.map(({ window }) => window))
  return windows.reduce<number>((longest, window) => (window === 'lifetime' || window >= DAY ? longest : Math.max(longest, window)), 0)
}
