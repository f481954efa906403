/**
 * What the judgement of plans is told, and what it asks of the others: what a plan is worth, what it costs, how sure a difference is. It computes none of the three.
 */
import type { RowRange } from './cases.ts'
import type { Element, Plan, Setting } from './element.ts'
import type { Estimate, Range } from './audit-report.ts'

/** In place of what cannot be said. */
export interface Why {
  readonly why: string
}

/** One way of running an element. */
export interface PlanChoice {
  /** `now` is how it runs. */
  readonly setting: Setting
  /** In the words of a verdict: `batch 1 day`. */
  readonly title: string
  /** Mean age of what a decision gets, ms: which of two is the fresher. */
  readonly age: number
  /** Older than what runs, and no curve confirms that so old it hardly loses: without a price of utility it is not proposed. */
  readonly unconfirmed?: true
  /** The setting whose values it has, where that is another: those of `hybrid` are those of `stream`. */
  readonly as?: Setting
}

export interface PlanElement {
  readonly element: Element
  /** `landings`, `ingestion`. */
  readonly title: string
  /** The first is how it runs now. */
  readonly choices: readonly PlanChoice[]
  /** Why no alternative can be told from this history. */
  readonly notObservable?: string
}

export interface PlanPorts {
  /** Of each row of a block: utility under the plan, less that of now; NaN where it is not known. */
  readonly valueOf: (plan: Plan, rows: RowRange) => Float64Array | Promise<Float64Array>
  /** The greatest value of one decision of what runs, units; default 0. Where two plans differ in no decision of a block, by so much each one may be another in the next. */
  readonly atStake?: () => number | Promise<number>
  /** Dollars a month, in three scenarios: one of low, one of base and one of high prices. */
  readonly costOf: (plan: Plan) => Range | Why
  /** Of each column of rows of a block: its mean over the rows that are known. `[low, high]` covers 95 %, for all columns together. */
  readonly intervals: (
    differences: readonly Float64Array[],
    rows: RowRange,
  ) => readonly (Interval | Why)[] | Promise<readonly (Interval | Why)[]>
}

export interface Interval extends Estimate {
  /** Standard error of the value. */
  readonly error: number
}

export interface PlanQuestion {
  readonly elements: readonly PlanElement[]
  /** What a plan is chosen on, and what it is then reported on. */
  readonly select: RowRange
  readonly report: RowRange
  readonly decisionsAMonth: number
  /** Dollars a unit of utility, where there is a price. */
  readonly price?: number
  /** `late arrivals`; `$`. */
  readonly unit: string
  /** What may be lost in a month and count as nothing, units: without a price it says which plans are as good. */
  readonly smallLoss: number
  /** How long the history is, weeks: what "so much more" is told from. */
  readonly weeks: number
  /** Plans that are evaluated at most; `AUDIT_PLANS_MAX` unless given. */
  readonly plansMax?: number
}

export const isWhy = (given: object): given is Why => 'why' in given
