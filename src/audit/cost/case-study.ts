/** Cost arithmetic of a case study: everything nightly, selective streaming, and streaming everything. */
import { SpillwayError } from '../../base/index.ts'
import type { Plan } from '../domain/element.ts'
import type { CostOfPlan, Range } from '../domain/audit-report.ts'
import type { CostModel } from './cost-model.ts'
import { rangeDifference, orderedRange, rangeFrom, sumOfRanges } from './range.ts'
import { formatAmount, DAY_MS, formatDollars } from '../domain/units.ts'

/** Least interval of a nightly run, ms: half a day, which tolerates clock changes. */
const NIGHTLY_INTERVAL_MIN = DAY_MS / 2

/**
 * Monthly cost of machines, without people, dollars.
 *
 * @example
 * machinesOf(model.costOf(new Map())).base
 */
export const machineCost = ({ lines }: CostOfPlan): Range =>
  sumOfRanges(lines.filter(({ of }) => of !== 'people').map(({ range }) => range))

/** Relative change of a cost in each scenario, ordered: 0.18 is 18 % more. Throws `SPILL_INPUT` if the cost before is 0. */
export function changeOf(before: Range, after: Range): Range {
  const changes = rangeFrom(scenario => {
    if (!(before[scenario] > 0))
      throw new SpillwayError('SPILL_INPUT', `the cost before is ${before[scenario]}, so a relative change is undefined`)
    return after[scenario] / before[scenario] - 1
  })
  return orderedRange(changes)
}

/** Costs of the three plans and the changes between them. */
export interface CaseStudy {
  /** Dollars a month, without people. */
  readonly machines: Readonly<Record<'nightly' | 'selective' | 'everything', Range>>
  /** Extra machine cost of selective streaming over everything nightly: 0.18 is 18 %. */
  readonly added: Range
  /** Change of the nightly run's core hours after the streamed work leaves it: −0.25 is 25 % less. */
  readonly slimmer: Range
  /** Extra machine cost of streaming everything over selective streaming. */
  readonly everything: Range
  /** Dollars a month with people, in a steady year. */
  readonly withPeople: Readonly<Record<'nightly' | 'selective' | 'everything', Range>>
  /** True if selective streaming costs less than streaming everything in all three scenarios. */
  readonly cheaperThanEverything: boolean
  /** The arithmetic, one line each. */
  readonly words: readonly string[]
}

/**
 * Compares three plans of one pipeline: everything nightly, selective streaming, and streaming everything. Throws `SPILL_INPUT` as
 * `CostModel` does, and if a plan costs nothing.
 *
 * @example
 * caseStudy(model, { nightly, selective, everything }).added.base // 0.18: selective streaming costs 18 % more than everything nightly
 */
export function caseStudy(model: CostModel, plans: Readonly<Record<'nightly' | 'selective' | 'everything', Plan>>): CaseStudy {
  const costs = {
    nightly: model.costOf(plans.nightly),
    selective: model.costOf(plans.selective),
    everything: model.costOf(plans.everything),
  }
  const machines = {
    nightly: machineCost(costs.nightly),
    selective: machineCost(costs.selective),
    everything: machineCost(costs.everything),
  }
  const withPeople = { nightly: costs.nightly.steadyYear, selective: costs.selective.steadyYear, everything: costs.everything.steadyYear }
  // Batch runs every few minutes do not belong to the night.
  const [hoursBefore, hoursAfter] = [
    model.batchHours(plans.nightly, NIGHTLY_INTERVAL_MIN),
    model.batchHours(plans.selective, NIGHTLY_INTERVAL_MIN),
  ]
  const added = changeOf(machines.nightly, machines.selective)
  const slimmer = changeOf(hoursBefore, hoursAfter)
  const everything = changeOf(machines.selective, machines.everything)
  return {
    machines,
    added,
    slimmer,
    everything,
    withPeople,
    cheaperThanEverything: rangeDifference(machines.everything, machines.selective).low > 0,
    words: [
      `selective streaming: machines ${formatDollars(machines.selective.base)} / ${formatDollars(machines.nightly.base)} a month = ${percent(added)}`,
      `nightly run without what streams: ${formatAmount(hoursAfter.base)} / ${formatAmount(hoursBefore.base)} core h a month = ${percent(slimmer)}`,
      `streaming everything: machines ${formatDollars(machines.everything.base)} / ${formatDollars(machines.selective.base)} a month = ${percent(everything)}`,
    ],
  }
}

/** `+18 % [+12, +31]`. */
function percent({ low, base, high }: Range): string {
  const changeText = (part: number) => `${part < 0 ? '-' : '+'}${formatAmount(Math.abs(part) * 100)}`
  return `${changeText(base)} % [${changeText(low)}, ${changeText(high)}]`
}
