/** The arithmetic of a case study: a pipeline that ran each night, then streams what is worth it, or all of it. */
import { SpillwayError } from '../../base/errors.ts'
import type { Plan } from '../domain/element.ts'
import type { CostOfPlan, Range } from '../domain/audit-report.ts'
import type { CostModel } from './cost-model.ts'
import { difference, ordered, rangeOf, sumOf } from './range.ts'
import { amount, DAY_MS, dollars } from '../domain/units.ts'

/** What runs so seldom is the nightly run: once a day, or less; half of it for a clock that is moved. */
const NIGHTLY = DAY_MS / 2

/** What machines cost a month, people apart. */
export const machinesOf = ({ lines }: CostOfPlan): Range => sumOf(lines.filter(({ of }) => of !== 'people').map(({ range }) => range))

/** A part of one range by another, scenario by scenario: 0.18 is 18 % more; ordered. Throws `SPILL_INPUT` where there is nothing to be a part of. */
export function changeOf(before: Range, after: Range): Range {
  const parts = rangeOf(scenario => {
    if (!(before[scenario] > 0))
      throw new SpillwayError('SPILL_INPUT', `what was there before costs ${before[scenario]}, so that nothing is a part of it`)
    return after[scenario] / before[scenario] - 1
  })
  return ordered(parts)
}

export interface CaseStudy {
  /** Dollars a month, people apart. */
  readonly machines: Readonly<Record<'nightly' | 'selective' | 'everything', Range>>
  /** By how much selective streaming costs more than everything each night, machines alone: 0.18 is 18 %. */
  readonly added: Range
  /** By how much the nightly run is smaller once what streams has left it, core hours: −0.25 is 25 % less. */
  readonly slimmer: Range
  /** By how much streaming everything costs more than selective streaming. */
  readonly everything: Range
  /** The same as dollars a month with people, of a steady year. */
  readonly withPeople: Readonly<Record<'nightly' | 'selective' | 'everything', Range>>
  /** Selective streaming costs less than streaming everything, in all three scenarios. */
  readonly cheaperThanEverything: boolean
  readonly words: readonly string[]
}

/** Compares three plans of one pipeline. */
export function caseStudy(model: CostModel, plans: Readonly<Record<'nightly' | 'selective' | 'everything', Plan>>): CaseStudy {
  const costs = {
    nightly: model.costOf(plans.nightly),
    selective: model.costOf(plans.selective),
    everything: model.costOf(plans.everything),
  }
  const machines = { nightly: machinesOf(costs.nightly), selective: machinesOf(costs.selective), everything: machinesOf(costs.everything) }
  const withPeople = { nightly: costs.nightly.steadyYear, selective: costs.selective.steadyYear, everything: costs.everything.steadyYear }
  // Decisions every few minutes are batch runs as well, and no part of the night.
  const [hoursBefore, hoursAfter] = [model.batchHours(plans.nightly, NIGHTLY), model.batchHours(plans.selective, NIGHTLY)]
  const added = changeOf(machines.nightly, machines.selective)
  const slimmer = changeOf(hoursBefore, hoursAfter)
  const everything = changeOf(machines.selective, machines.everything)
  return {
    machines,
    added,
    slimmer,
    everything,
    withPeople,
    cheaperThanEverything: difference(machines.everything, machines.selective).low > 0,
    words: [
      `selective streaming: machines ${dollars(machines.selective.base)} / ${dollars(machines.nightly.base)} a month = ${percent(added)}`,
      `nightly run without what streams: ${amount(hoursAfter.base)} / ${amount(hoursBefore.base)} core h a month = ${percent(slimmer)}`,
      `streaming everything: machines ${dollars(machines.everything.base)} / ${dollars(machines.selective.base)} a month = ${percent(everything)}`,
    ],
  }
}

/** `+18 % [+12, +31]`. */
function percent({ low, base, high }: Range): string {
  const one = (part: number) => `${part < 0 ? '-' : '+'}${amount(Math.abs(part) * 100)}`
  return `${one(base)} % [${one(low)}, ${one(high)}]`
}
