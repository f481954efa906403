/**
 * Inputs of the plan comparison, and its ports: the value of a plan, its cost, and the interval of a difference. It computes none of the
 * three.
 */
import type { RowRange } from './cases.ts'
import type { Element, Plan, ElementSetting } from './element.ts'
import type { Range } from './audit-report.ts'
import type { Estimate } from './element-report.ts'

/** The reason that replaces a result. */
export interface Inconclusive {
  readonly why: string
}

/** One setting of an element in the plan search. */
export interface PlanChoice {
  /** `now` is the current setting. */
  readonly setting: ElementSetting
  /** The title in a verdict: `batch 1 day`. */
  readonly title: string
  /** The mean age at decision time, ms; orders choices by freshness. */
  readonly age: number
  /** True where the choice is older than now and no curve confirms a small loss. Without a value per unit such a choice is not proposed. */
  readonly unconfirmed?: true
  /** The setting with equal values, where it differs: `hybrid` has the values of `stream`. */
  readonly sameValuesAs?: ElementSetting
}

/** An element of the plan search and its choices. */
export interface PlanElement {
  readonly element: Element
  /** `landings`, `ingestion`. */
  readonly title: string
  /** The first choice is the current setting. */
  readonly choices: readonly PlanChoice[]
  /** Why this history cannot show any other choice. */
  readonly notObservable?: string
}

/** The computations that the plan search needs. */
export interface PlanPorts {
  /** The value of each row of a block under the plan, less that of now; NaN where unknown. */
  readonly valueOf: (plan: Plan, rows: RowRange) => Float64Array | Promise<Float64Array>
  /**
   * The greatest value of one current decision, units; default 0. It bounds each unseen difference where two plans agree on a whole block.
   */
  readonly atStake?: () => number | Promise<number>
  /** Dollars a month, at low, base and high prices. */
  readonly costOf: (plan: Plan) => Range | Inconclusive
  /** The mean of each column over its known rows. `[low, high]` is a 95 % confidence interval, simultaneous over all columns. */
  readonly intervals: (
    differences: readonly Float64Array[],
    rows: RowRange,
  ) => readonly (IntervalEstimate | Inconclusive)[] | Promise<readonly (IntervalEstimate | Inconclusive)[]>
}

/** A mean with its confidence interval and standard error. */
export interface IntervalEstimate extends Estimate {
  /** The standard error of the value. */
  readonly error: number
}

/** The plan search problem: elements, blocks and prices. */
export interface PlanSearchProblem {
  readonly elements: readonly PlanElement[]
  /** The blocks: a plan is chosen on `select` and evaluated on `report`. */
  readonly select: RowRange
  readonly report: RowRange
  readonly decisionsPerMonth: number
  /** The value per unit, dollars, where known. */
  readonly price?: number
  /** `late arrivals`; `$`. */
  readonly unit: string
  /** The tolerated loss per month, units. Without a value per unit it decides which plans count as equally good. */
  readonly smallLoss: number
  /**
   * The least advantage of a proposal, dollars a month; default 0. A smaller one is within the error of the cost estimate: $11 of $2,300.
   */
  readonly leastAdvantage?: number
  /** The length of the whole history, weeks, from which the additional weeks are estimated. */
  readonly weeks: number
  /** The maximum number of evaluated plans; default `AUDIT_PLANS_MAX`. */
  readonly plansMax?: number
}

/** True if the result is a reason. */
export const isInconclusive = (result: object): result is Inconclusive => 'why' in result
