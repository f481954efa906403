/** Monthly costs of plans: the costs of their elements (`element-cost.ts`), and of what these share. */
import { SpillwayError } from '../../base/index.ts'
import type { Plan, ElementSetting } from '../domain/element.ts'
import type { CostLine, CostOfPlan, Range } from '../domain/audit-report.ts'
import { elementCost, type ElementCost } from './element-cost.ts'
import { requireCostInputs, type CostInputs } from './cost-inputs.ts'
import { peopleLines } from './people.ts'
import { orderedRange, perScenario, sumOfRanges } from './range.ts'
import { meanPeriod } from './simulate/runs.ts'
import { coresHeld, isZeroDemand } from './stream-work.ts'
import { formatDollars, MONTH_HOURS } from '../domain/units.ts'

/**
 * Monthly costs of plans in their target deployment.
 *
 * Each setting of an element is simulated once over the whole trace. A plan is a sum of its elements' costs and of what they share: stream
 * workers, broker, on-call rota. A thousand plans therefore cost little more than one.
 *
 * @example
 * const model = new CostModel({ measured, trace, prices, people }, currentPlan(pipeline.ir, pipeline.ir.models[0]))
 * model.costOf(new Map()).steadyYear // { low, base, high }, dollars a month
 */
export class CostModel {
  readonly #inputs: CostInputs
  readonly #now: Plan
  readonly #elementCosts = new Map<string, ElementCost>()
  readonly #workerLines = new Map<string, readonly CostLine[]>()

  /** `now` has the current setting of each element, by its id. Throws `SPILL_INPUT` for measurements or a trace that allow no cost. */
  constructor(inputs: CostInputs, now: Plan) {
    requireCostInputs(inputs)
    for (const [id, { kind }] of now)
      if (kind === 'now')
        throw new SpillwayError('SPILL_INPUT', `${id}: 'now' does not state the current setting; give stream, every or batch`)
    this.#inputs = inputs
    this.#now = now
  }

  /**
   * Cost of a plan. Elements without a setting in `plan` keep their current one. Throws `SPILL_NOT_FOUND` for an unknown
   * element, `SPILL_INPUT` for a setting in which it cannot run.
   */
  costOf(plan: Plan): CostOfPlan {
    const costs = this.#costsIn(plan)
    const streaming = streamingCount(costs)
    const isNew = streaming > 0 && streamingCount(this.#costsIn(new Map())) === 0
    const lines = [
      ...this.#workersIn(costs),
      ...(streaming > 0 ? [this.#brokerLine()] : []),
      ...[...costs.values()].flatMap(cost => cost.lines),
      ...peopleLines(this.#inputs.people, streaming, isNew),
    ]
    return {
      firstYear: sumOfRanges(lines.map(({ range, firstYear }) => firstYear ?? range)),
      steadyYear: sumOfRanges(lines.map(({ range }) => range)),
      lines,
    }
  }

  /** Core hours a month held by batch runs, including their start. Counts runs whose mean interval is at least `intervalMin` ms. */
  batchHours(plan: Plan, intervalMin = 0): Range {
    const counted = [...this.#costsIn(plan)].filter(([id]) => this.#meanInterval(this.#settingOf(plan, id)) >= intervalMin)
    return sumOfRanges(counted.map(([, { batchHours }]) => batchHours))
  }

  /** Mean time between two runs of a setting, ms; Infinity without runs. */
  #meanInterval(setting: ElementSetting): number {
    if (setting.kind === 'every') return setting.every
    return 'schedule' in setting ? meanPeriod(setting.schedule, this.#inputs.trace.from) : Infinity
  }

  #settingOf(plan: Plan, id: string): ElementSetting {
    const own = plan.get(id)
    const setting = own && own.kind !== 'now' ? own : this.#now.get(id)
    if (!setting)
      throw new SpillwayError(
        'SPILL_NOT_FOUND',
        `the current setting of '${id}' is unknown; the known elements are ${[...this.#now.keys()].join(', ')}`,
      )
    return setting
  }

  /** The cost of each element in its setting of the plan, by id. */
  #costsIn(plan: Plan): ReadonlyMap<string, ElementCost> {
    const ids = new Set([...this.#now.keys(), ...plan.keys()])
    return new Map(Array.from(ids, id => [id, this.#costIn(id, this.#settingOf(plan, id))]))
  }

  #costIn(id: string, setting: ElementSetting): ElementCost {
    const key = `${id} ${JSON.stringify(setting)}`
    const cost = this.#elementCosts.get(key) ?? elementCost(id, setting, this.#now.get(id), this.#inputs)
    this.#elementCosts.set(key, cost)
    return cost
  }

  /** All work on events shares its workers, which have at least as many cores as the smallest machine. */
  #workersIn(costs: ReadonlyMap<string, ElementCost>): readonly CostLine[] {
    const loaded = [...costs].filter(([, { demands }]) => demands.some(demand => !isZeroDemand(demand)))
    const key = JSON.stringify(loaded.map(([id]) => id))
    const cached = this.#workerLines.get(key)
    if (cached) return cached
    const demands = loaded.flatMap(([, { demands }]) => demands)
    const heldCores = coresHeld(demands, this.#inputs)
    const { coreHour } = this.#inputs.prices.prices
    const line: CostLine = {
      of: 'slots',
      title: `workers for ${loaded.map(([id]) => id.replace('group/', '')).join(', ')}`,
      range: orderedRange(perScenario(s => heldCores[s] * MONTH_HOURS * coreHour[s])),
      basis: 'modelled',
      arithmetic: `${heldCores.base.toFixed(2)} cores × ${MONTH_HOURS} h × ${formatDollars(coreHour.base)}; ${demands.map(({ words }) => words).join('; ')}`,
    }
    const lines = loaded.length > 0 ? [line] : []
    this.#workerLines.set(key, lines)
    return lines
  }

  #brokerLine(): CostLine {
    const { brokerHour } = this.#inputs.prices.prices
    return {
      of: 'broker',
      title: 'broker for all that streams',
      range: perScenario(s => brokerHour[s] * MONTH_HOURS),
      basis: 'modelled',
      arithmetic: `${MONTH_HOURS} h × ${formatDollars(brokerHour.base)}`,
    }
  }
}

/** Number of elements that stream. */
const streamingCount = (costs: ReadonlyMap<string, ElementCost>): number => [...costs.values()].filter(({ streams }) => streams).length
