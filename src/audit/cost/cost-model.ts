import { SpillwayError } from '../../base/index.ts'
import type { Plan, ElementSetting } from '../domain/element.ts'
import type { CostLine, CostOfPlan, Range } from '../domain/audit-report.ts'
import { elementCost, type ElementCost } from './element-cost.ts'
import type { CostInputs } from './cost-inputs.ts'
import { requireMeasurements } from './measured-work.ts'
import { peopleLines } from './people-lines.ts'
import { orderedRange, rangeFrom, sumOfRanges } from './range.ts'
import { meanPeriod } from './simulate/due-times.ts'
import { coresHeld, isZeroDemand } from './stream-work.ts'
import { checkTrace } from './trace.ts'
import { formatDollars, MONTH_HOURS } from '../domain/units.ts'

/**
 * Monthly costs of plans in their target deployment.
 *
 * Each setting of an element is simulated once over the whole trace. A plan is a sum of its elements' costs and of what they share: stream
 * workers, broker, on-call rota. A thousand plans therefore cost little more than one.
 *
 * @example
 * const model = new CostModel({ measured, trace, prices, people }, howItRuns(pipeline.ir, model))
 * model.costOf(new Map()).steadyYear // { low, base, high }, dollars a month
 */
export class CostModel {
  readonly #inputs: CostInputs
  readonly #now: Plan
  readonly #additions = new Map<string, ElementCost>()
  readonly #workers = new Map<string, readonly CostLine[]>()

  /** `now` has the current setting of each element, by its id. Throws `SPILL_INPUT` for measurements or a trace that allow no cost. */
  constructor(inputs: CostInputs, now: Plan) {
    requireMeasurements(inputs.measured)
    checkTrace(inputs.trace)
    const { volume = 1 } = inputs
    if (!(volume > 0 && volume < Infinity))
      throw new SpillwayError('SPILL_INPUT', `volume is ${volume}; write a number above 0, as a multiple of the history’s volume`)
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
    const lines = this.#lines(plan)
    return {
      firstYear: sumOfRanges(lines.map(({ range, firstYear }) => firstYear ?? range)),
      steadyYear: sumOfRanges(lines.map(({ range }) => range)),
      lines,
    }
  }

  /** Core hours a month held by batch runs, including their start. Counts runs whose mean interval is at least `intervalMin` ms. */
  batchHours(plan: Plan, intervalMin = 0): Range {
    const countedAdditions = [...this.#additionsOf(plan)].filter(([id]) => this.#meanInterval(this.settingOf(plan, id)) >= intervalMin)
    return sumOfRanges(countedAdditions.map(([, { batchHours }]) => batchHours))
  }

  /** Mean time between two runs of a setting, ms; Infinity without runs. */
  #meanInterval(setting: ElementSetting): number {
    if (setting.kind === 'every') return setting.every
    return 'schedule' in setting ? meanPeriod(setting.schedule, this.#inputs.trace.from) : Infinity
  }

  /** Setting of an element in a plan. */
  settingOf(plan: Plan, id: string): ElementSetting {
    const own = plan.get(id)
    const setting = own && own.kind !== 'now' ? own : this.#now.get(id)
    if (!setting)
      throw new SpillwayError(
        'SPILL_NOT_FOUND',
        `the current setting of '${id}' is unknown; the known elements are ${[...this.#now.keys()].join(', ')}`,
      )
    return setting
  }

  #lines(plan: Plan): CostLine[] {
    const additions = this.#additionsOf(plan)
    const streaming = streamingOf(additions).length
    const isNew = streaming > 0 && streamingOf(this.#additionsOf(new Map())).length === 0
    return [
      ...this.#workerLines(additions),
      ...(streaming > 0 ? [this.#brokerLine()] : []),
      ...[...additions.values()].flatMap(({ lines }) => lines),
      ...peopleLines(this.#inputs.people, streaming, isNew),
    ]
  }

  #additionsOf(plan: Plan): ReadonlyMap<string, ElementCost> {
    const ids = [...this.#now.keys(), ...[...plan.keys()].filter(id => !this.#now.has(id))]
    return new Map(ids.map(id => [id, this.#additionOf(id, this.settingOf(plan, id))]))
  }

  #additionOf(id: string, setting: ElementSetting): ElementCost {
    const key = `${id} ${JSON.stringify(setting)}`
    const cached = this.#additions.get(key)
    if (cached) return cached
    const addition = elementCost(id, setting, this.#now.get(id), this.#inputs)
    this.#additions.set(key, addition)
    return addition
  }

  /** All work on events shares its workers, which have at least as many cores as the smallest machine. */
  #workerLines(additions: ReadonlyMap<string, ElementCost>): readonly CostLine[] {
    const loaded = [...additions].filter(([, { demands }]) => demands.some(demand => !isZeroDemand(demand)))
    const key = JSON.stringify(loaded.map(([id]) => id))
    const cached = this.#workers.get(key)
    if (cached) return cached
    const demands = loaded.flatMap(([, { demands }]) => demands)
    const heldCores = coresHeld(demands, this.#inputs)
    const { coreHour } = this.#inputs.prices.prices
    const line: CostLine = {
      of: 'slots',
      title: `workers for ${loaded.map(([id]) => id.replace('group/', '')).join(', ')}`,
      range: orderedRange(rangeFrom(s => heldCores[s] * MONTH_HOURS * coreHour[s])),
      basis: 'modelled',
      arithmetic: `${heldCores.base.toFixed(2)} cores × ${MONTH_HOURS} h × ${formatDollars(coreHour.base)}; ${demands.map(({ words }) => words).join('; ')}`,
    }
    const lines = loaded.length > 0 ? [line] : []
    this.#workers.set(key, lines)
    return lines
  }

  #brokerLine(): CostLine {
    const { brokerHour } = this.#inputs.prices.prices
    return {
      of: 'broker',
      title: 'broker for all that streams',
      range: rangeFrom(s => brokerHour[s] * MONTH_HOURS),
      basis: 'modelled',
      arithmetic: `${MONTH_HOURS} h × ${formatDollars(brokerHour.base)}`,
    }
  }
}

const streamingOf = (additions: ReadonlyMap<string, ElementCost>): ElementCost[] => [...additions.values()].filter(({ streams }) => streams)
