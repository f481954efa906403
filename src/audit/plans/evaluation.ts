/**
 * Evaluates whole plans: their value on a block and their cost, each once.
 *
 * It keeps the mean of every plan, but columns only of the latest plans. Columns of 4,000 plans over a million decisions would take 32 GB.
 */
import { assert, limits } from '../../base/index.ts'
import { rangeDifference, perScenario } from '../cost/range.ts'
import { ruleOfThreeBound } from '../statistics/small-counts.ts'
import { RecentResults } from '../domain/caches.ts'
import type { RowRange } from '../domain/cases.ts'
import type { Range } from '../domain/audit-report.ts'
import { orUnobservable } from './observable.ts'
import { isInconclusive, type PlanPorts, type Inconclusive, type PlanSearchProblem } from '../domain/plan-types.ts'
import { planKey, PlanSpace, type Picks } from './space.ts'
import { sumOfKnown } from '../value/index.ts'

/** Evaluates the plans of a problem through `PlanPorts` and caches the results. */
export class PlanEvaluator {
  readonly problem: PlanSearchProblem
  readonly space: PlanSpace
  readonly ports: PlanPorts
  readonly #means = new Map<string, number>()
  readonly #columns = new RecentResults<Promise<Float64Array | Inconclusive>>(limits.AUDIT_PLAN_COLUMNS)
  readonly #costs = new Map<string, Range | Inconclusive>()

  constructor(problem: PlanSearchProblem, ports: PlanPorts) {
    this.problem = problem
    this.space = new PlanSpace(problem.elements)
    this.ports = ports
  }

  /** Number of evaluated plans with different values. */
  get evaluatedCount(): number {
    return this.#means.size
  }

  /** True if the plan was evaluated already. */
  hasMean(picks: Picks, rows: RowRange): boolean {
    return this.#means.has(this.#key(picks, rows))
  }

  /** Mean of a plan over the rows with a known outcome, less the current plan's, units; NaN without any. */
  async mean(picks: Picks, rows: RowRange): Promise<number> {
    const key = this.#key(picks, rows)
    const cached = this.#means.get(key)
    if (cached !== undefined) return cached
    const column = await this.#column(picks, rows)
    const { sum, n } = isInconclusive(column) ? { sum: NaN, n: 0 } : sumOfKnown(column)
    this.#means.set(key, sum / n)
    return sum / n
  }

  /** Value of each row under `left` less that under `right`, or why this history cannot show one of them. */
  async difference(left: Picks, right: Picks, rows: RowRange): Promise<Float64Array | Inconclusive> {
    const subtracted = await this.#column(right, rows)
    const column = await this.#column(left, rows)
    if (isInconclusive(column)) return column
    return isInconclusive(subtracted) ? subtracted : column.map((value, i) => value - subtracted[i])
  }

  /** Value of each row of the block under the plan, less the current plan's, units, or why this history cannot show it. */
  #column(picks: Picks, rows: RowRange): Promise<Float64Array | Inconclusive> {
    return this.#columns.getOrCompute(this.#key(picks, rows), async () => {
      const values = await orUnobservable(() => this.ports.valueOf(this.space.valuesOf(picks), rows))
      const length = rows.to - rows.from
      if (!isInconclusive(values)) assert(values.length === length, `a plan is worth ${values.length} rows of a block of ${length}`)
      return values
    })
  }

  cost(picks: Picks): Range | Inconclusive {
    const plan = this.space.planOf(picks)
    const key = planKey(plan)
    const cost = this.#costs.get(key) ?? validCost(this.ports.costOf(plan))
    this.#costs.set(key, cost)
    return cost
  }

  /** Bound on the total difference of two plans without a different decision in a block, units. */
  async unseenDifference(): Promise<number> {
    return ruleOfThreeBound((await this.ports.atStake?.()) ?? 0)
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
    const difference = rangeDifference(a, b)
    return perScenario(scenario => Math.round(difference[scenario] * 100) / 100)
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
