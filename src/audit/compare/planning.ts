/** Evaluation of whole plans: values from the experiment, costs from the cost model, intervals from the resampling. */
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'
import type { IntervalOptions } from '../statistics/intervals.ts'
import type { RowRange } from '../domain/cases.ts'
import { timeBlockBounds } from './clusters.ts'
import { WEEK_MS, WEEKS_PER_MONTH } from '../domain/units.ts'
import type { Costing } from './costing.ts'
import { asItRuns, type Plan } from '../domain/element.ts'
import type { PlanValuation } from './valuation.ts'
import { markUnconfirmed, type SweepCurves } from './unconfirmed-choices.ts'
import { planElements } from '../plans/choices.ts'
import { planIntervals } from '../plans/plan-intervals.ts'
import { recommendPlan, type PlanRecommendation } from '../plans/recommend.ts'
import type { PlanPorts } from '../domain/plan-types.ts'
import type { ValueFunction } from '../value/index.ts'

export interface PlanningOptions {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly judging: PlanValuation
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

/** Values and compares plans; `onProgress` receives the share that is done. */
export function evaluatePlans(inputs: PlanningOptions, onProgress: (share: number) => void): Promise<PlanRecommendation> {
  const { ir, model, judging, utility, notObservable, smallLoss, curves, plansMax } = inputs
  const { t, blocks } = judging.cases
  const { select, report, test } = blocks
  return recommendPlan(
    {
      elements: markUnconfirmed(curves, judging.planMode, planElements(ir, model, { notObservable })),
      select,
      report,
      decisionsPerMonth: judging.week * WEEKS_PER_MONTH,
      ...(utility.dollars !== undefined && { price: utility.dollars }),
      unit: utility.unit,
      smallLoss: smallLoss * WEEKS_PER_MONTH,
      weeks: (t[test.to - 1] - t[test.from]) / WEEK_MS,
      ...(plansMax !== undefined && { plansMax }),
    },
    portsOf(inputs),
    (done, total) => onProgress(done / total),
  )
}

/** Ports of the plan search. A plan is valued with retraining at equal alert volume, or without retraining where that is impossible. */
function portsOf({ ir, model, judging, intervalOptions, costing }: PlanningOptions): PlanPorts {
  const mode = judging.planMode
  const { test } = judging.cases.blocks
  const within = ({ from, to }: RowRange, values: Float64Array) => values.subarray(from - test.from, to - test.from)
  let baseline: Float64Array | undefined
  const planValues = new RecentValues((plan: Plan) => judging.values(plan, mode))
  return {
    async valueOf(plan, rows) {
      baseline ??= await judging.values(asItRuns, mode)
      const own = within(rows, await planValues.of(plan))
      const baselineRows = within(rows, baseline)
      return own.map((value, row) => value - baselineRows[row])
    },
    atStake: () => judging.largestDecisionValue(mode),
    costOf: plan => costing.costOf(plan),
    intervals: planIntervals(judging.cases, timeBlockBounds(ir, model), intervalOptions),
  }
}

/** Cache of the latest plans: each plan is read on two blocks in short succession. */
class RecentValues {
  readonly #compute: (plan: Plan) => Promise<Float64Array>
  readonly #values = new Map<string, Float64Array>()

  constructor(compute: (plan: Plan) => Promise<Float64Array>) {
    this.#compute = compute
  }

  async of(plan: Plan): Promise<Float64Array> {
    const key = JSON.stringify([...plan].sort(([a], [b]) => (a < b ? -1 : 1)))
    const values = this.#values.get(key) ?? (await this.#compute(plan))
    this.#values.delete(key)
    this.#values.set(key, values)
    const [oldest] = this.#values.keys()
    if (this.#values.size > RECENT_VALUES_MAX) this.#values.delete(oldest)
    return values
  }
}

const RECENT_VALUES_MAX = 32
