import { SpillwayError } from '../../base/errors.ts'
import type { Plan, Setting } from '../domain/element.ts'
import type { CostLine, CostOfPlan, Range } from '../domain/audit-report.ts'
import { additionOf, type Addition } from './addition.ts'
import type { CostInputs } from './given.ts'
import { checkMeasured } from './measured.ts'
import { peopleLines } from './people-lines.ts'
import { ordered, rangeOf, sumOf } from './range.ts'
import { periodOf } from './simulate/due-times.ts'
import { heldFor, isNothing } from './stream-work.ts'
import { checkTrace } from './trace.ts'
import { dollars, MONTH_HOURS } from '../domain/units.ts'

/**
 * What plans cost a month in their target deployment.
 *
 * Each element's setting is simulated once, over the whole trace; a plan is then a sum of what its elements add, and of what they share: the stream workers, the broker, the rota. So a
 * thousand plans cost little more than one.
 */
export class CostModel {
  readonly #given: CostInputs
  readonly #now: Plan
  readonly #additions = new Map<string, Addition>()
  readonly #workers = new Map<string, readonly CostLine[]>()

  /** `now` says how each element is run today, by its id. Throws `SPILL_INPUT` for measurements and traces that nothing can be reckoned from. */
  constructor(given: CostInputs, now: Plan) {
    checkMeasured(given.measured)
    checkTrace(given.trace)
    const { volume = 1 } = given
    if (!(volume > 0 && volume < Infinity))
      throw new SpillwayError('SPILL_INPUT', `volume is ${volume}; write how many times the history’s`)
    for (const [id, { kind }] of now)
      if (kind === 'now')
        throw new SpillwayError('SPILL_INPUT', `${id}: 'now' does not say how it is run today; give stream, every or batch`)
    this.#given = given
    this.#now = now
  }

  /**
   * Elements that `plan` does not name are run as they are today, if they are. Throws `SPILL_INPUT` for one that nothing was measured of, or a setting that is no way to run it.
   */
  costOf(plan: Plan): CostOfPlan {
    const lines = this.#lines(plan)
    return {
      firstYear: sumOf(lines.map(({ range, firstYear }) => firstYear ?? range)),
      steadyYear: sumOf(lines.map(({ range }) => range)),
      lines,
    }
  }

  /** Core hours a month that batch runs hold, starting included; of those that are at least so far apart, ms. */
  batchHours(plan: Plan, apart = 0): Range {
    const counting = [...this.#additionsOf(plan)].filter(([id]) => this.#apart(this.settingOf(plan, id)) >= apart)
    return sumOf(counting.map(([, { batchHours }]) => batchHours))
  }

  /** Between two runs of a setting, in the mean, ms; Infinity for one that has none. */
  #apart(setting: Setting): number {
    if (setting.kind === 'every') return setting.every
    return 'schedule' in setting ? periodOf(setting.schedule, this.#given.trace.from) : Infinity
  }

  /** How an element is run in a plan. */
  settingOf(plan: Plan, id: string): Setting {
    const own = plan.get(id)
    const setting = own && own.kind !== 'now' ? own : this.#now.get(id)
    if (!setting)
      throw new SpillwayError('SPILL_INPUT', `nothing says how '${id}' is run today; there is ${[...this.#now.keys()].join(', ')}`)
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
      ...peopleLines(this.#given.people, streaming, isNew),
    ]
  }

  #additionsOf(plan: Plan): ReadonlyMap<string, Addition> {
    const ids = [...this.#now.keys(), ...[...plan.keys()].filter(id => !this.#now.has(id))]
    return new Map(ids.map(id => [id, this.#additionOf(id, this.settingOf(plan, id))]))
  }

  #additionOf(id: string, setting: Setting): Addition {
    const key = `${id} ${JSON.stringify(setting)}`
    const known = this.#additions.get(key)
    if (known) return known
    const made = additionOf(id, setting, this.#now.get(id), this.#given)
    this.#additions.set(key, made)
    return made
  }

  /** Workers are shared by all that works on events as they come, and there are at least as many as the smallest machine has cores. */
  #workerLines(additions: ReadonlyMap<string, Addition>): readonly CostLine[] {
    const working = [...additions].filter(([, { demands }]) => demands.some(demand => !isNothing(demand)))
    const key = JSON.stringify(working.map(([id]) => id))
    const known = this.#workers.get(key)
    if (known) return known
    const demands = working.flatMap(([, { demands }]) => demands)
    const held = heldFor(demands, this.#given)
    const { coreHour } = this.#given.prices.prices
    const line: CostLine = {
      of: 'slots',
      title: `workers for ${working.map(([id]) => id.replace('group/', '')).join(', ')}`,
      range: ordered(rangeOf(s => held[s] * MONTH_HOURS * coreHour[s])),
      basis: 'modelled',
      arithmetic: `${held.base.toFixed(2)} cores × ${MONTH_HOURS} h × ${dollars(coreHour.base)}; ${demands.map(({ words }) => words).join('; ')}`,
    }
    const lines = working.length > 0 ? [line] : []
    this.#workers.set(key, lines)
    return lines
  }

  #brokerLine(): CostLine {
    const { brokerHour } = this.#given.prices.prices
    return {
      of: 'broker',
      title: 'broker for all that streams',
      range: rangeOf(s => brokerHour[s] * MONTH_HOURS),
      basis: 'modelled',
      arithmetic: `${MONTH_HOURS} h × ${dollars(brokerHour.base)}`,
    }
  }
}

const streamingOf = (additions: ReadonlyMap<string, Addition>): Addition[] => [...additions.values()].filter(({ streams }) => streams)

/**
 * What one plan costs. For many of them make one `CostModel`, which simulates each element's setting once. Throws as it does.
 */
export function costOfPlan(
  plan: Plan,
  now: Plan,
  measured: CostInputs['measured'],
  trace: CostInputs['trace'],
  prices: CostInputs['prices'],
  people: CostInputs['people'],
): CostOfPlan {
  return new CostModel({ measured, trace, prices, people }, now).costOf(plan)
}
