/**
 * The staleness sweeps of an audit alone: stages and groups at greater ages, with and without retraining, with their intervals; no plans and no
 * costs.
 */
import type { AuditedPipeline } from '../../src/audit/compare/audit-options.ts'
import { worthOf } from '../../src/audit/audit.ts'
import type { RowRange } from '../../src/audit/domain/cases.ts'
import { sampleWithTimeBlocks, timeBlockBounds } from '../../src/audit/compare/clusters.ts'
import { elementId, planOf, type ElementSetting } from '../../src/audit/domain/element.ts'
import { Experiment, threadsAhead } from '../../src/audit/experiment/experiment.ts'
import { trainingCases } from '../../src/audit/experiment/retraining/retrained-models.ts'
import { PlanValuation, type ValuationMode } from '../../src/audit/compare/valuation.ts'
import { sweepElement, mapCheapFirst } from '../../src/audit/compare/staleness-sweep.ts'
import type { SweepEffect } from '../../src/audit/domain/element-report.ts'
import { lookBackOf, utilityOf } from '../../src/audit/value/index.ts'
import type { PipelineWorth } from '../../src/define/value/worth.ts'
import type { ReplayLog } from '../../src/replay/log.ts'

export const modes = ['withoutRetraining', 'withoutRetrainingAtVolume', 'withRetraining'] as const satisfies readonly ValuationMode[]

/** Value of one level in one variant, and of what runs. */
export interface Point {
  /** Utility a week, less that of what runs; null if unknown. */
  readonly perWeek: number | null
  readonly low: number | null
  readonly high: number | null
  readonly auc: number | null
}

export interface LevelPoints {
  readonly element: string
  readonly setting: ElementSetting
  readonly modes: Readonly<Record<ValuationMode, Point>>
}

export interface AllSweeps {
  readonly levels: readonly LevelPoints[]
  /** Input for the same computation elsewhere: the blocks, and the rows for retraining. */
  readonly blocks: Blocks
  readonly learnt: Uint32Array
}

export interface Blocks {
  readonly tune: RowRange
  readonly test: RowRange
}

export interface SweepsOptions {
  readonly draws: number
  readonly seed: number
  readonly onLevel?: () => void
}

/** For the first model of a pipeline with a worth. The age of the model is left out: the flights' model is not trained. */
export async function allSweeps(
  pipeline: AuditedPipeline & { readonly worths: ReadonlyMap<string, PipelineWorth> },
  log: ReplayLog,
  { draws, seed, onLevel }: SweepsOptions,
): Promise<AllSweeps> {
  const { ir } = pipeline
  const [model] = ir.models
  const worth = worthOf(pipeline.worths, model)
  const experiment = new Experiment(pipeline, model, log, { lookBack: lookBackOf(ir, model, worth.ir.utility), threads: threadsAhead() })
  const { cases } = experiment
  const sweeps = experiment.elements
    .filter(({ kind }) => kind !== 'training')
    .map(element => ({ element, levels: experiment.levelsOf(element, worth.ir.ages) }))
  await experiment.prepare(sweeps.flatMap(({ element, levels }) => levels.map(({ setting }) => planOf(element, setting))))
  try {
    const utility = utilityOf(worth.ir, model, worth.compute)
    const { budget } = worth.ir.utility
    const valuation = await PlanValuation.valueOf(experiment, { ir, model, utility, budget, decisionsPerWeek: worth.ir.decisionsPerWeek })
    const sample = sampleWithTimeBlocks(cases, cases.blocks.test, timeBlockBounds(ir, model))
    const options = { valuation, sample, intervalOptions: { seed, draws, decisionsPerUnit: valuation.week }, slices: worth.ir.slices }
    const points = await mapCheapFirst(sweeps, async ({ element, levels }) => {
      const sweep = await sweepElement(element, levels, { ...options, ...(onLevel && { onLevel }) })
      return sweep.levels.map(({ setting, withoutRetraining, withoutRetrainingAtVolume, withRetraining }): LevelPoints => ({
        element: elementId(element),
        setting,
        modes: {
          withoutRetraining: pointOf(withoutRetraining),
          withoutRetrainingAtVolume: pointOf(withoutRetrainingAtVolume),
          withRetraining: pointOf(withRetraining),
        },
      }))
    })
    const { tune, test, train } = cases.blocks
    return { levels: points.flat(), blocks: { tune, test }, learnt: trainingCases(cases, train).cases }
  } finally {
    experiment.end()
  }
}

function pointOf(effect: SweepEffect | { readonly why: string }): Point {
  if ('why' in effect) return { perWeek: null, low: null, high: null, auc: null }
  const { perWeek, performance } = effect
  return 'why' in perWeek
    ? { perWeek: null, low: null, high: null, auc: performance.auc }
    : { perWeek: perWeek.value, low: perWeek.low, high: perWeek.high, auc: performance.auc }
}
