/** By what decisions share luck: the entities that they are about, and stretches of time. */
import { groupReads } from '../../decision/reads.ts'
import type { LabelIR, ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import type { SampledCases } from '../statistics/sample.ts'
import { timeBlocks, type BlockBounds } from '../statistics/time-blocks.ts'
import type { Cases } from '../domain/cases.ts'

const DAY = 86_400_000

export const clustered = ({ t, eligible, clusters, blocks, standing }: Cases, bounds: BlockBounds): SampledCases => ({
  t,
  eligible,
  ...(standing && { standing }),
  clusters: [...clusters, timeBlocks(t, blocks.test, bounds)],
})

/** What blocks of time are never shorter than. */
export const boundsOf = (ir: PipelineIR, model: ModelIR): BlockBounds => ({
  horizon: reachOf(model.label!),
  window: windowBelowADay(ir, model),
})

/** How far ahead a decision looks, ms: what two decisions both see coming is in one block. An event that names its decision is about that alone, however late it is known. */
const reachOf = (label: LabelIR): number => (label.kind === 'begins' ? label.within + label.lasting : 0)

/** The longest finite window below a day, ms; 0 without one. */
function windowBelowADay(ir: PipelineIR, model: ModelIR): number {
  const windows = groupReads(ir, model).flatMap(({ group }) => group.features.map(({ window }) => window))
  return windows.reduce<number>((longest, window) => (window === 'lifetime' || window >= DAY ? longest : Math.max(longest, window)), 0)
}
