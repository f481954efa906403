/** Cost arithmetic of the case study: everything nightly, selective streaming, and streaming everything. */
import type { CostModel, CostOfPlan, Plan, Range } from 'spillway/audit'

/** Least interval of a nightly run, ms: half a day, which tolerates clock changes. */
const NIGHTLY_INTERVAL_MIN = 43_200_000

/** A value for each of the three plans. */
type PerPlan<T> = Readonly<Record<'nightly' | 'selective' | 'everything', T>>

/** Costs of the three plans and the changes between them. */
export interface StudyCosts {
  /** Dollars a month, without people. */
  readonly machines: PerPlan<Range>
  /** Extra machine cost of selective streaming over everything nightly: 0.18 is 18 %. */
  readonly added: Range
  /** Change of the nightly run's core hours after the streamed work leaves it: −0.25 is 25 % less. */
  readonly slimmer: Range
  /** Extra machine cost of streaming everything over selective streaming. */
  readonly everything: Range
  /** Dollars a month with people, in a steady year. */
  readonly withPeople: PerPlan<Range>
  /** True if selective streaming costs less than streaming everything in all three scenarios. */
  readonly cheaperThanEverything: boolean
  /** The arithmetic, one line each. */
  readonly words: readonly string[]
}

/** Compares the three plans. Throws as `CostModel` does, and `RangeError` if a plan costs nothing. */
export function studyCosts(model: CostModel, plans: PerPlan<Plan>): StudyCosts {
  const costs = mapPlans(plans, plan => model.costOf(plan))
  const machines = mapPlans(costs, machineCost)
  // Batch runs every few minutes do not belong to the night.
  const [hoursBefore, hoursAfter] = [plans.nightly, plans.selective].map(plan => model.batchHours(plan, NIGHTLY_INTERVAL_MIN))
  const added = changeOf(machines.nightly, machines.selective)
  const slimmer = changeOf(hoursBefore, hoursAfter)
  const everything = changeOf(machines.selective, machines.everything)
  return {
    machines,
    added,
    slimmer,
    everything,
    withPeople: mapPlans(costs, ({ steadyYear }) => steadyYear),
    cheaperThanEverything: scenarios.every(scenario => machines.everything[scenario] > machines.selective[scenario]),
    words: [
      `selective streaming: machines $${digits(machines.selective.base)} / $${digits(machines.nightly.base)} a month = ${percent(added)}`,
      `nightly run without what streams: ${digits(hoursAfter.base)} / ${digits(hoursBefore.base)} core h a month = ${percent(slimmer)}`,
      `streaming everything: machines $${digits(machines.everything.base)} / $${digits(machines.selective.base)} a month = ${percent(everything)}`,
    ],
  }
}

const mapPlans = <T, U>({ nightly, selective, everything }: PerPlan<T>, map: (of: T) => U): PerPlan<U> => ({
  nightly: map(nightly),
  selective: map(selective),
  everything: map(everything),
})

const scenarios = ['low', 'base', 'high'] as const

/** Monthly cost of machines, without people, dollars. */
export function machineCost({ lines }: CostOfPlan): Range {
  const [low, base, high] = scenarios.map(scenario =>
    lines.reduce((sum, { of, range }) => sum + (of === 'people' ? 0 : range[scenario]), 0),
  )
  return { low, base, high }
}

/** Relative change of a cost in each scenario, ordered: 0.18 is 18 % more. Throws `RangeError` if the cost before is 0. */
export function changeOf(before: Range, after: Range): Range {
  const changes = scenarios.map(scenario => {
    if (!(before[scenario] > 0)) throw new RangeError(`the cost before is ${before[scenario]}, so a relative change is undefined`)
    return after[scenario] / before[scenario] - 1
  })
  return { low: Math.min(...changes), base: changes[1], high: Math.max(...changes) }
}

/** `+18 % [+12, +31]`. */
function percent({ low, base, high }: Range): string {
  const changeText = (part: number) => `${part < 0 ? '-' : '+'}${digits(Math.abs(part) * 100)}`
  return `${changeText(base)} % [${changeText(low)}, ${changeText(high)}]`
}

const threeDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

/** A number with three digits. */
export const digits = (value: number): string => threeDigits.format(value)
