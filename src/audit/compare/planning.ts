/** Whole plans compared: their values by the experiment, their costs by the cost model, their intervals by the bands. */
import type { ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import type { BandOptions } from '../statistics/intervals.ts'
import type { RowRange } from '../domain/cases.ts'
import { boundsOf } from './clusters.ts'
import { WEEKS_A_MONTH } from '../domain/units.ts'
import type { Costing } from './costing.ts'
import { asItRuns, type Plan } from '../domain/element.ts'
import type { Judging } from './valuation.ts'
import { confirmedBy, type Curves } from './confirmed.ts'
import { planElements } from '../plans/choices.ts'
import { bandedIntervals } from '../plans/intervals.ts'
import { judgePlans, type PlansJudged } from '../plans/plans.ts'
import type { PlanPorts } from '../domain/plan-types.ts'
import { WEEK, type Utility } from '../value/index.ts'

export interface PlanningGiven {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly judging: Judging
  readonly bands: Pick<BandOptions, 'seed' | 'draws'>
  readonly costing: Costing
  readonly utility: Utility
  /** By `elementId`. */
  readonly notObservable: ReadonlyMap<string, string>
  /** What may be lost in a week and count as nothing, units. */
  readonly smallLoss: number
  /** The loss of each element at each age, and its baseline. */
  readonly curves: Curves
  readonly plansMax?: number | undefined
}

export function planning(given: PlanningGiven, onProgress: (share: number) => void): Promise<PlansJudged> {
  const { ir, model, judging, utility, notObservable, smallLoss, curves, plansMax } = given
  const { t, blocks } = judging.cases
  const { select, report, test } = blocks
  return judgePlans(
    {
      elements: confirmedBy(curves, judging.planned, planElements(ir, model, { notObservable })),
      select,
      report,
      decisionsAMonth: judging.week * WEEKS_A_MONTH,
      ...(utility.dollars !== undefined && { price: utility.dollars }),
      unit: utility.unit,
      smallLoss: smallLoss * WEEKS_A_MONTH,
      weeks: (t[test.to - 1] - t[test.from]) / WEEK,
      ...(plansMax !== undefined && { plansMax }),
    },
    portsOf(given),
    (done, of) => onProgress(done / of),
  )
}

/** A planned change trains the model anew on what it will be given, at as many actions; where it cannot be, the model stays as it is. */
function portsOf({ ir, model, judging, bands, costing }: PlanningGiven): PlanPorts {
  const way = judging.planned
  const { test } = judging.cases.blocks
  const within = ({ from, to }: RowRange, values: Float64Array) => values.subarray(from - test.from, to - test.from)
  let now: Float64Array | undefined
  const values = new Remembered((plan: Plan) => judging.values(plan, way))
  return {
    async valueOf(plan, rows) {
      now ??= await judging.values(asItRuns, way)
      const own = within(rows, await values.of(plan))
      const base = within(rows, now)
      return own.map((value, row) => value - base[row])
    },
    atStake: () => judging.atStake(way),
    costOf: plan => costing.costOf(plan),
    intervals: bandedIntervals(judging.cases, boundsOf(ir, model), bands),
  }
}

/** The last few: a plan is asked for on two blocks, one soon after the other. */
class Remembered {
  readonly #make: (plan: Plan) => Promise<Float64Array>
  readonly #known = new Map<string, Float64Array>()

  constructor(make: (plan: Plan) => Promise<Float64Array>) {
    this.#make = make
  }

  async of(plan: Plan): Promise<Float64Array> {
    const key = JSON.stringify([...plan].sort(([a], [b]) => (a < b ? -1 : 1)))
    const found = this.#known.get(key) ?? (await this.#make(plan))
    this.#known.delete(key)
    this.#known.set(key, found)
    const [oldest] = this.#known.keys()
    if (this.#known.size > REMEMBERED) this.#known.delete(oldest)
    return found
  }
}

const REMEMBERED = 32
