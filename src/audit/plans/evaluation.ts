/**
 * Plans evaluated whole, each once: what one is worth on a block, and what it costs.
 *
 * A mean is kept of every plan that was evaluated, columns of the last few: of four thousand plans over a million decisions they would be 32 GB.
 */
import { assert } from '../../base/assert.ts'
import { noneSeenBound } from '../statistics/small-counts.ts'
import { limits } from '../../base/limits.ts'
import type { RowRange } from '../domain/cases.ts'
import type { Range } from '../domain/audit-report.ts'
import { refusalOf } from './observable.ts'
import { isWhy, type PlanPorts, type Why } from '../domain/plan-types.ts'
import { planKey, type Picks, type PlanSpace } from './space.ts'

export class Evaluation {
  readonly space: PlanSpace
  readonly #ports: PlanPorts
  readonly #means = new Map<string, number>()
  readonly #columns = new Map<string, Float64Array>()
  readonly #costs = new Map<string, Range | Why>()
  readonly #refusals = new Map<string, string>()

  constructor(space: PlanSpace, ports: PlanPorts) {
    this.space = space
    this.#ports = ports
  }

  /** How many plans of different values were evaluated. */
  get evaluated(): number {
    return this.#means.size
  }

  /** Is its mean known already? */
  knows(picks: Picks, rows: RowRange): boolean {
    return this.#means.has(this.#key(picks, rows))
  }

  /** Utility of each row of the block under the plan, less that of now. */
  async column(picks: Picks, rows: RowRange): Promise<Float64Array> {
    const key = this.#key(picks, rows)
    const column = this.#columns.get(key) ?? (await this.#evaluated(picks, rows))
    assert(column.length === rows.to - rows.from, `a plan is worth ${column.length} rows of a block of ${rows.to - rows.from}`)
    this.#columns.delete(key)
    this.#columns.set(key, column)
    const [oldest] = this.#columns.keys()
    if (this.#columns.size > limits.AUDIT_PLAN_COLUMNS) this.#columns.delete(oldest)
    return column
  }

  /** Why nothing can be told of a plan that was evaluated, if the experiment said so. */
  refusal(picks: Picks, rows: RowRange): string | undefined {
    return this.#refusals.get(this.#key(picks, rows))
  }

  /** What of a plan cannot be told of any decision. */
  async #evaluated(picks: Picks, rows: RowRange): Promise<Float64Array> {
    try {
      return await this.#ports.valueOf(this.space.valuesOf(picks), rows)
    } catch (error) {
      const why = refusalOf(error)
      if (why === undefined) throw error
      this.#refusals.set(this.#key(picks, rows), why)
      return new Float64Array(rows.to - rows.from).fill(NaN)
    }
  }

  /** Its mean over the rows that are known; NaN if none is. */
  async mean(picks: Picks, rows: RowRange): Promise<number> {
    const key = this.#key(picks, rows)
    const known = this.#means.get(key)
    if (known !== undefined) return known
    const mean = meanOf(await this.column(picks, rows))
    this.#means.set(key, mean)
    return mean
  }

  /** Row by row, by how much the one is worth more than the other. */
  async difference(one: Picks, other: Picks, rows: RowRange): Promise<Float64Array> {
    const less = await this.column(other, rows)
    return (await this.column(one, rows)).map((value, i) => value - less[i])
  }

  intervals(differences: readonly Float64Array[], rows: RowRange): ReturnType<PlanPorts['intervals']> {
    return this.#ports.intervals(differences, rows)
  }

  cost(picks: Picks): Range | Why {
    const plan = this.space.planOf(picks)
    const key = planKey(plan)
    const cost = this.#costs.get(key) ?? believed(this.#ports.costOf(plan))
    this.#costs.set(key, cost)
    return cost
  }

  /** Units that two plans which differ in no decision of a block may differ by, all of its decisions together. */
  async unseen(): Promise<number> {
    return noneSeenBound((await this.#ports.atStake?.()) ?? 0)
  }

  /** Have both the same values, whatever the history? */
  isEqual(one: Picks, other: Picks): boolean {
    return planKey(this.space.valuesOf(one)) === planKey(this.space.valuesOf(other))
  }

  /** What the one costs more than the other, to the cent, in the base scenario and in those in which that is least and most. */
  costDifference(one: Picks, other: Picks): Range | Why {
    const [a, b] = [this.cost(one), this.cost(other)]
    if (isWhy(a)) return a
    if (isWhy(b)) return b
    const scenarios = [a.low - b.low, a.base - b.base, a.high - b.high].map(dollars => Math.round(dollars * 100) / 100)
    return { low: Math.min(...scenarios), base: scenarios[1], high: Math.max(...scenarios) }
  }

  /** Equal for plans of equal values. */
  #key(picks: Picks, { from, to }: RowRange): string {
    return `${from} ${to} ${planKey(this.space.valuesOf(picks))}`
  }
}

/** A cost that is none is not computed with. */
function believed(cost: Range | Why): Range | Why {
  if (isWhy(cost)) return cost
  const { low, base, high } = cost
  const isCost = [low, base, high].every(dollars => Number.isFinite(dollars) && dollars >= 0)
  return isCost ? cost : { why: `a plan would cost $${low}, $${base} or $${high} a month, which is no cost: look at the prices` }
}

function meanOf(column: Float64Array): number {
  let sum = 0
  let known = 0
  for (const value of column) {
    if (Number.isNaN(value)) continue
    sum += value
    known++
  }
  return sum / known
}
