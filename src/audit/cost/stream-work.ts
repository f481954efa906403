/** Load of streaming work on simulated workers. */
import { spanTitle } from '../../base/span.ts'
import type { CostInputs } from './given.ts'
import { rangeOf, scenarios, type Scenario } from './range.ts'
import { autoscaled } from './simulate/autoscaled.ts'
import { Cells } from './simulate/cells.ts'
import { serversOf } from './simulate/free-times.ts'
import { partitioned, pooled, type Served } from './simulate/queue.ts'
import { rateQuantile } from './simulate/rate.ts'
import type { Lags } from './simulate/lags.ts'
import type { Arrivals } from './trace.ts'
import { amount, countText } from '../domain/units.ts'

/** Work done for each arrival as it comes. */
export interface StreamWork {
  readonly name: string
  readonly arrivals: Arrivals
  /** Core seconds per arrival, as measured. */
  readonly seconds: number
}

/** Cores that stream workers need, in each cell of the history. Elements that share workers add their demands. */
export interface Demand {
  readonly cores: Readonly<Record<Scenario, Float64Array>>
  /** Description of the simulation in the base scenario. */
  readonly words: string
}

/** Simulates the work in each scenario. */
export function demandOf(work: StreamWork, inputs: CostInputs): Demand {
  const { arrivals, name, seconds } = work
  const { trace } = inputs
  if (arrivals.at.length === 0 || seconds === 0) {
    const none = new Float64Array(new Cells(trace).length)
    return { cores: { low: none, base: none, high: none }, words: `${name}: nothing to do` }
  }
  const results = perScenario(scenario => simulateIn(scenario, work, inputs))
  const prefix = `${name}: ${countText(arrivals.at.length, 'arrival')} of ${spanTitle(seconds * 1000)}`
  return { cores: perScenario(scenario => results[scenario].cores), words: `${prefix}, ${results.base.words}` }
}

const perScenario = <T>(compute: (scenario: Scenario) => T): Record<Scenario, T> => ({
  low: compute('low'),
  base: compute('base'),
  high: compute('high'),
})

interface Simulated {
  readonly cores: Float64Array
  readonly words: string
}

/** Core ms per arrival in the target deployment. With a greater expected volume one arrival stands for several. */
export const serviceOf = (scenario: Scenario, seconds: number, { prices, volume = 1 }: CostInputs): number =>
  seconds * 1000 * prices.sizing.cpu[scenario] * volume

/** True if one arrival stands for several, on which all workers work at once. */
const isScaledUp = ({ volume = 1 }: CostInputs): boolean => volume > 1

function simulateIn(scenario: Scenario, work: StreamWork, inputs: CostInputs): Simulated {
  return inputs.prices.workers === 'static' ? staticIn(scenario, work, inputs) : autoscaledIn(scenario, work, inputs)
}

function autoscaledIn(scenario: Scenario, { arrivals, seconds }: StreamWork, inputs: CostInputs): Simulated {
  const { use, smallestCores, windowSeconds, restartSeconds, catchUpSeconds, stabiliseSeconds } = inputs.prices.sizing
  const scaled = autoscaled(arrivals.at, serviceOf(scenario, seconds, inputs), inputs.trace, {
    use: use[scenario],
    smallest: smallestCores[scenario],
    windowMs: windowSeconds[scenario] * 1000,
    restartMs: restartSeconds[scenario] * 1000,
    catchUpMs: catchUpSeconds[scenario] * 1000,
    stabiliseMs: stabiliseSeconds[scenario] * 1000,
    divisible: isScaledUp(inputs),
  })
  const most = `${amount(scaled.most)} cores at most, ${countText(scaled.rescales, 'restart')}`
  return { cores: scaled.demand, words: `${servedText(scaled, inputs)}, ${most}` }
}

function staticIn(scenario: Scenario, { arrivals, seconds }: StreamWork, inputs: CostInputs): Simulated {
  const { use, smallestCores, rateQuantile: quantile } = inputs.prices.sizing
  const service = serviceOf(scenario, seconds, inputs)
  const needed = (rateQuantile(arrivals.at, inputs.trace, quantile[scenario]) * service) / use[scenario]
  const cores = new Float64Array(new Cells(inputs.trace).length).fill(needed)
  if (scenario !== 'base') return { cores, words: '' }
  // At least the smallest machine works on it.
  const held = Math.max(needed, smallestCores.base)
  const servers = serversOf(held, isScaledUp(inputs))
  const serviceMs = (service * servers) / held
  const waiting = servedText(pooled(arrivals.at, serviceMs, servers), inputs)
  if (servers === 1 || !arrivals.key) return { cores, words: waiting }
  return {
    cores,
    words: `${waiting}; in ${servers} partitions ${lagText(partitioned(arrivals.at, arrivals.key, serviceMs, servers).lags)}`,
  }
}

/** Lag and backlog in words. If an arrival stands for several, the simulated lag is that of a burst, so it is not reported. */
const servedText = ({ lags, backlog }: Served, inputs: CostInputs): string =>
  isScaledUp(inputs)
    ? `an arrival stands for ${amount(inputs.volume!)}, so how late each is cannot be said`
    : `${lagText(lags)}, backlog ${countText(backlog, 'event')}`

const lagText = (lags: Lags): string => `lag p50 ${spanTitle(lags.quantile(0.5))}, p99 ${spanTitle(lags.quantile(0.99))}`

/** Mean cores held by the workers of all demands, at least the smallest machine; 0 without demands. */
export const heldFor = (demands: readonly Demand[], inputs: CostInputs) =>
  rangeOf(scenario => (demands.length === 0 ? 0 : meanCoresIn(demands, scenario, inputs.prices.sizing.smallestCores[scenario])))

function meanCoresIn(demands: readonly Demand[], scenario: Scenario, smallest: number): number {
  const sum = new Float64Array(demands[0].cores[scenario].length)
  for (const { cores } of demands) {
    const own = cores[scenario]
    for (let cell = 0; cell < sum.length; cell++) sum[cell] += own[cell]
  }
  return meanOf(sum.map(cores => Math.max(smallest, cores)))
}

/** Mean by compensated summation (Kahan 1965), exact to the last digits. The cores of two elements are then never less than their sum. */
function meanOf(values: Float64Array): number {
  let [sum, lost] = [0, 0]
  for (const value of values) {
    const next = value - lost
    const whole = sum + next
    lost = whole - sum - next
    sum = whole
  }
  return sum / values.length
}

/** True if a demand is 0 everywhere, so that it needs no workers. */
export const isNothing = ({ cores }: Demand): boolean => scenarios.every(scenario => cores[scenario].every(value => value === 0))
