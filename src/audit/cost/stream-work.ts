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

/** Something that is done for each of some arrivals as it comes. */
export interface StreamWork {
  readonly name: string
  readonly arrivals: Arrivals
  /** Core seconds each, as measured. */
  readonly seconds: number
}

/** Cores that stream workers need, cell by cell of the history, so that elements which share workers can be added up. */
export interface Demand {
  readonly cores: Readonly<Record<Scenario, Float64Array>>
  /** What came of it in the base scenario, in words. */
  readonly words: string
}

/** The work through simulated workers in each scenario. */
export function demandOf(work: StreamWork, given: CostInputs): Demand {
  const { arrivals, name, seconds } = work
  const { trace } = given
  if (arrivals.at.length === 0 || seconds === 0) {
    const none = new Float64Array(new Cells(trace).length)
    return { cores: { low: none, base: none, high: none }, words: `${name}: nothing to do` }
  }
  const results = rangesOf(scenario => demandIn(scenario, work, given))
  const head = `${name}: ${countText(arrivals.at.length, 'arrival')} of ${spanTitle(seconds * 1000)}`
  return { cores: rangesOf(scenario => results[scenario].cores), words: `${head}, ${results.base.words}` }
}

const rangesOf = <T>(of: (scenario: Scenario) => T): Record<Scenario, T> => ({ low: of('low'), base: of('base'), high: of('high') })

interface Simulated {
  readonly cores: Float64Array
  readonly words: string
}

/** Core ms for one arrival in the target deployment. Where more is expected than the history has, an arrival stands for so many. */
export const serviceOf = (scenario: Scenario, seconds: number, { prices, volume = 1 }: CostInputs): number =>
  seconds * 1000 * prices.sizing.cpu[scenario] * volume

/** One arrival stands for more than one, on which all workers work at once. */
const isMany = ({ volume = 1 }: CostInputs): boolean => volume > 1

function demandIn(scenario: Scenario, work: StreamWork, given: CostInputs): Simulated {
  return given.prices.workers === 'static' ? staticIn(scenario, work, given) : autoscaledIn(scenario, work, given)
}

function autoscaledIn(scenario: Scenario, { arrivals, seconds }: StreamWork, given: CostInputs): Simulated {
  const { use, smallestCores, windowSeconds, restartSeconds, catchUpSeconds, stabiliseSeconds } = given.prices.sizing
  const scaled = autoscaled(arrivals.at, serviceOf(scenario, seconds, given), given.trace, {
    use: use[scenario],
    smallest: smallestCores[scenario],
    windowMs: windowSeconds[scenario] * 1000,
    restartMs: restartSeconds[scenario] * 1000,
    catchUpMs: catchUpSeconds[scenario] * 1000,
    stabiliseMs: stabiliseSeconds[scenario] * 1000,
    divisible: isMany(given),
  })
  const most = `${amount(scaled.most)} cores at most, ${countText(scaled.rescales, 'restart')}`
  return { cores: scaled.demand, words: `${servedText(scaled, given)}, ${most}` }
}

function staticIn(scenario: Scenario, { arrivals, seconds }: StreamWork, given: CostInputs): Simulated {
  const { use, smallestCores, rateQuantile: quantile } = given.prices.sizing
  const service = serviceOf(scenario, seconds, given)
  const needed = (rateQuantile(arrivals.at, given.trace, quantile[scenario]) * service) / use[scenario]
  const cores = new Float64Array(new Cells(given.trace).length).fill(needed)
  if (scenario !== 'base') return { cores, words: '' }
  // No less than the smallest machine works on it.
  const held = Math.max(needed, smallestCores.base)
  const servers = serversOf(held, isMany(given))
  const takes = (service * servers) / held
  const waiting = servedText(pooled(arrivals.at, takes, servers), given)
  if (servers === 1 || !arrivals.key) return { cores, words: waiting }
  return { cores, words: `${waiting}; in ${servers} partitions ${lagText(partitioned(arrivals.at, arrivals.key, takes, servers).lags)}` }
}

/** How late events were. Where an arrival stands for many the last of them would be late by all of them, which those that come one by one are not. */
const servedText = ({ lags, backlog }: Served, given: CostInputs): string =>
  isMany(given)
    ? `an arrival stands for ${amount(given.volume!)}, so how late each is cannot be said`
    : `${lagText(lags)}, backlog ${countText(backlog, 'event')}`

const lagText = (lags: Lags): string => `lag p50 ${spanTitle(lags.quantile(0.5))}, p99 ${spanTitle(lags.quantile(0.99))}`

/** Cores that workers hold in the mean who do all of some work, and are never fewer than the smallest machine; 0 for nothing. */
export const heldFor = (demands: readonly Demand[], given: CostInputs) =>
  rangeOf(scenario => (demands.length === 0 ? 0 : heldIn(demands, scenario, given.prices.sizing.smallestCores[scenario])))

function heldIn(demands: readonly Demand[], scenario: Scenario, smallest: number): number {
  const sum = new Float64Array(demands[0].cores[scenario].length)
  for (const { cores } of demands) {
    const own = cores[scenario]
    for (let cell = 0; cell < sum.length; cell++) sum[cell] += own[cell]
  }
  return meanOf(sum.map(cores => Math.max(smallest, cores)))
}

/** To the last digit or two, of however many (Kahan 1965): what two elements hold is then what each holds, and not less. */
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

/** Demand of nothing but zeros: it holds no workers by itself. */
export const isNothing = ({ cores }: Demand): boolean => scenarios.every(scenario => cores[scenario].every(value => value === 0))
