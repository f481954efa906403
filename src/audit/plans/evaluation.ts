/**
 * Evaluates whole plans: their value on a block and their cost, each once.
 *
 * It keeps the mean of every plan, but columns only of the latest plans. Columns of 4,000 plans over a million decisions would take 32 GB.
 */
import { assert, limits } from '../../base/index.ts'
import { ruleOfThreeBound } from '../statistics/small-counts.ts'
import type { RowRange } from '../domain/cases.ts'
import type { Range } from '../domain/audit-report.ts'
import { unobservableReasonOf } from './observable.ts'
import { isInconclusive, type PlanPorts, type Inconclusive } from '../domain/plan-types.ts'
import { planKey, type Picks, type PlanSpace } from './space.ts'

/** Evaluates plans through `PlanPorts` and caches the results. */
export class PlanEvaluator {
  readonly space: PlanSpace
  readonly #ports: PlanPorts
  readonly #means = new Map<string, number>()
  readonly #columns = new Map<string, Float64Array>()
  readonly #costs = new Map<string, Range | Inconclusive>()
  readonly #rejections = new Map<string, string>()

  constructor(space: PlanSpace, ports: PlanPorts) {
    this.space = space
    this.#ports = ports
  }

  /** Number of evaluated plans with different values. */
  get evaluatedCount(): number {
    return this.#means.size
  }

  /** True if the plan was evaluated already. */
  hasMean(picks: Picks, rows: RowRange): boolean {
    return this.#means.has(this.#key(picks, rows))
  }

  /** Value of each row of the block under the plan, less the current plan's, units. */
  async column(picks: Picks, rows: RowRange): Promise<Float64Array> {
    const key = this.#key(picks, rows)
    const column = this.#columns.get(key) ?? (await this.#evaluate(picks, rows))
    assert(column.length === rows.to - rows.from, `a plan is worth ${column.length} rows of a block of ${rows.to - rows.from}`)
    this.#columns.delete(key)
    this.#columns.set(key, column)
    const [oldest] = this.#columns.keys()
    if (this.#columns.size > limits.AUDIT_PLAN_COLUMNS) this.#columns.delete(oldest)
    return column
  }

  /** Reason why an evaluated plan cannot be shown by this history; undefined if it can. */
  unobservableReason(picks: Picks, rows: RowRange): string | undefined {
    return this.#rejections.get(this.#key(picks, rows))
  }

  /** All NaN for a plan that the history cannot show. */
  async #evaluate(picks: Picks, rows: RowRange): Promise<Float64Array> {
    try {
      return await this.#ports.valueOf(this.space.valuesOf(picks), rows)
    } catch (error) {
      const why = unobservableReasonOf(error)
      if (why === undefined) throw error
      this.#rejections.set(this.#key(picks, rows), why)
      return new Float64Array(rows.to - rows.from).fill(NaN)
    }
  }

  /** Mean of a plan over the rows with a known outcome; NaN without any. */
  async mean(picks: Picks, rows: RowRange): Promise<number> {
    const key = this.#key(picks, rows)
    const cached = this.#means.get(key)
    if (cached !== undefined) return cached
    const mean = meanOf(await this.column(picks, rows))
    this.#means.set(key, mean)
    return mean
  }

  /** Value of each row under `left` less that under `right`. */
  async difference(left: Picks, right: Picks, rows: RowRange): Promise<Float64Array> {
    const subtracted = await this.column(right, rows)
    return (await this.column(left, rows)).map((value, i) => value - subtracted[i])
  }

  intervals(differences: readonly Float64Array[], rows: RowRange): ReturnType<PlanPorts['intervals']> {
    return this.#ports.intervals(differences, rows)
  }

  cost(picks: Picks): Range | Inconclusive {
    const plan = this.space.planOf(picks)
    const key = planKey(plan)
    const cost = this.#costs.get(key) ?? validCost(this.#ports.costOf(plan))
    this.#costs.set(key, cost)
    return cost
  }

  /** Bound on the total difference of two plans without a different decision in a block, units. */
  async unseenDifference(): Promise<number> {
    return ruleOfThreeBound((await this.#ports.atStake?.()) ?? 0)
  }

  /** True if both plans have equal values on any history. */
  hasEqualValues(left: Picks, right: Picks): boolean {
    return planKey(this.space.valuesOf(left)) === planKey(this.space.valuesOf(right))
  }

  /** Cost of `left` less that of `right`, to the cent: in the base scenario, and the least and the greatest of the three. */
  costDifference(left: Picks, right: Picks): Range | Inconclusive {
    const [a, b] = [this.cost(left), this.cost(right)]
    if (isInconclusive(a)) return a
    if (isInconclusive(b)) return b
    const scenarios = [a.low - b.low, a.base - b.base, a.high - b.high].map(dollars => Math.round(dollars * 100) / 100)
    return { low: Math.min(...scenarios), base: scenarios[1], high: Math.max(...scenarios) }
  }

  /** Equal for plans of equal values. */
  #key(picks: Picks, { from, to }: RowRange): string {
    return `${from} ${to} ${planKey(this.space.valuesOf(picks))}`
  }
}

/** A cost that is negative or not finite is replaced by a reason. */
function validCost(cost: Range | Inconclusive): Range | Inconclusive {
  if (isInconclusive(cost)) return cost
  const { low, base, high } = cost
  const isCost = [low, base, high].every(dollars => Number.isFinite(dollars) && dollars >= 0)
  return isCost ? cost : { why: `a plan would cost $${low}, $${base} or $${high} a month, which is no cost: look at the prices` }
}

function meanOf(column: Float64Array): number {
  let sum = 0
  let count = 0
  for (const value of column) {
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  return sum / count
}
