/**
 * Evaluation of whole plans: values from the experiment, costs from the cost model, confidence intervals by the clustered jackknife
 * (`statistics/intervals.ts`).
 */
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { IntervalOptions } from '../statistics/intervals.ts'
import { levelMarks } from '../statistics/freshness-threshold.ts'
import { RecentResults } from '../domain/caches.ts'
import type { RowRange } from '../domain/cases.ts'
import { planIntervals, timeBlockBounds } from './clusters.ts'
import { WEEKS_PER_MONTH } from '../domain/units.ts'
import type { Costing } from './costing.ts'
import { asItRuns, elementId } from '../domain/element.ts'
import { sweepCurve, type ElementSweep } from './staleness-sweep.ts'
import type { PlanValuation, ValuationMode } from './valuation.ts'
import { planElements } from '../plans/choices.ts'
import { recommendPlan, type PlanRecommendation } from '../plans/recommend.ts'
import { planKey } from '../plans/space.ts'
import { isInconclusive, type PlanChoice, type PlanElement, type PlanPorts } from '../domain/plan-types.ts'
import { type ValueFunction, weeksCovered } from '../value/index.ts'

export interface PlanningOptions {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly valuation: PlanValuation
  readonly intervalOptions: Pick<IntervalOptions, 'seed' | 'draws'>
  readonly costing: Costing
  readonly utility: ValueFunction
  /** Reasons why an element cannot be evaluated, by `elementId`. */
  readonly notObservable: ReadonlyMap<string, string>
  /** Weekly loss that counts as none, units. */
  readonly smallLoss: number
  /** Loss of each element at each age, with the baseline. */
  readonly curves: SweepCurves
  readonly plansMax?: number | undefined
}

/** Staleness curves with their baseline. */
export interface SweepCurves {
  readonly sweeps: readonly ElementSweep[]
  /** Weekly value of the baseline, in the mode in which plans are valued, units. */
  readonly nowPerWeek: number
}

/** Values and compares plans; `onProgress` receives the share that is done. */
export function evaluatePlans(inputs: PlanningOptions, onProgress: (share: number) => void): Promise<PlanRecommendation> {
  const { ir, model, valuation, utility, notObservable, smallLoss, curves, plansMax } = inputs
  const { select, report } = valuation.cases.blocks
  return recommendPlan(
    {
      elements: markUnconfirmed(curves, valuation.planMode, planElements(ir, model, notObservable)),
      select,
      report,
      decisionsPerMonth: valuation.week * WEEKS_PER_MONTH,
      ...(utility.dollars !== undefined && { price: utility.dollars }),
      unit: utility.unit,
      smallLoss: smallLoss * WEEKS_PER_MONTH,
      leastAdvantage: leastAdvantageOf(inputs.costing),
      weeks: weeksCovered(valuation.cases),
      ...(plansMax !== undefined && { plansMax }),
    },
    portsOf(inputs),
    (done, total) => onProgress(done / total),
  )
}

/**
 * Least advantage of a proposal, as a share of what the current plan costs. Prices and presets are not known more precisely, so a smaller
 * saving is no advice.
 */
const LEAST_ADVANTAGE_SHARE = 0.05

/** Dollars a month. */
function leastAdvantageOf(costing: Costing): number {
  const cost = costing.costOf(asItRuns)
  return isInconclusive(cost) ? 0 : LEAST_ADVANTAGE_SHARE * cost.base
}

/**
 * Marks older choices of a plan that the staleness curves contradict or do not cover, as `unconfirmed`. Without a value per outcome the
 * audit does not propose them. A choice older than the current one is confirmed if all curve levels up to its age, and the first level at
 * or beyond it, have the mark `ok`.
 */
export const markUnconfirmed = (
  { sweeps, nowPerWeek }: SweepCurves,
  mode: ValuationMode,
  elements: readonly PlanElement[],
): PlanElement[] =>
  elements.map(element => {
    const levels = sweeps.find(({ element: swept }) => elementId(swept) === elementId(element.element))?.sweep.levels ?? []
    const curve = sweepCurve(levels, mode)
    const marks = levelMarks(curve, { nowPerWeek })
    const now = element.choices[0].age
    const isConfirmed = ({ age }: PlanChoice): boolean => {
      const covering = curve.findIndex(level => level.age >= age)
      return nowPerWeek > 0 && covering >= 0 && curve.every((level, i) => i > covering || level.age <= now || marks[i] === 'ok')
    }
    return {
      ...element,
      choices: element.choices.map(choice =>
        choice.age <= now || isConfirmed(choice) ? choice : { ...choice, unconfirmed: true as const },
      ),
    }
  })

/** Plans whose values are kept: each is read on two blocks in short succession. */
const PLANS_KEPT = 32

/** Ports of the plan search. A plan is valued with retraining at equal alert volume, or without retraining where that is impossible. */
function portsOf({ ir, model, valuation, intervalOptions, costing }: PlanningOptions): PlanPorts {
  const mode = valuation.planMode
  const { test } = valuation.cases.blocks
  const within = ({ from, to }: RowRange, values: Float64Array) => values.subarray(from - test.from, to - test.from)
  let baseline: Float64Array | undefined
  const values = new RecentResults<Promise<Float64Array>>(PLANS_KEPT)
  return {
    async valueOf(plan, rows) {
      baseline ??= await valuation.values(asItRuns, mode)
      const own = within(rows, await values.getOrCompute(planKey(plan), () => valuation.values(plan, mode)))
      const baselineRows = within(rows, baseline)
      return own.map((value, row) => value - baselineRows[row])
    },
    atStake: () => valuation.largestDecisionValue(mode),
    costOf: plan => costing.costOf(plan),
    intervals: planIntervals(valuation.cases, timeBlockBounds(ir, model), intervalOptions),
  }
}
