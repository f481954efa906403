/** Load of streaming work on simulated workers. */
import { spanTitle } from '../../base/index.ts'
import type { Arrivals, CostInputs } from './cost-inputs.ts'
import { perScenario, priceScenarios, type PriceScenario } from './range.ts'
import { simulateAutoscaler } from './simulate/autoscaler.ts'
import { rateQuantile, TimeCells } from './simulate/time-cells.ts'
import { serversOf, simulatePartitionedQueues, simulatePooledQueue, type QueueResult } from './simulate/queue.ts'
import type { LagHistogram } from './simulate/lag-histogram.ts'
import { formatAmount, formatCount } from '../domain/units.ts'

/** Work done for each arrival as it comes. */
export interface StreamWork {
  readonly name: string
  readonly arrivals: Arrivals
  /** Core seconds per arrival, as measured. */
  readonly seconds: number
}

/** Cores that stream workers need, in each cell of the history. Elements that share workers add their demands. */
export interface CoreDemand {
  readonly cores: Readonly<Record<PriceScenario, Float64Array>>
  /** Description of the simulation in the base scenario. */
  readonly words: string
}

/** Simulates the work in each scenario. */
export function simulateDemand(work: StreamWork, inputs: CostInputs): CoreDemand {
  const { arrivals, name, seconds } = work
  if (arrivals.at.length === 0 || seconds === 0) {
    const none = new Float64Array(new TimeCells(inputs.trace).length)
    return { cores: perScenario(() => none), words: `${name}: nothing to do` }
  }
  const simulate = inputs.prices.workers === 'static' ? staticIn : autoscaledIn
  const results = perScenario(scenario => simulate(scenario, work, inputs))
  const prefix = `${name}: ${formatCount(arrivals.at.length, 'arrival')} of ${spanTitle(seconds * 1000)}`
  return { cores: perScenario(scenario => results[scenario].cores), words: `${prefix}, ${results.base.words}` }
}

interface Simulated {
  readonly cores: Float64Array
  readonly words: string
}

/** Core ms per arrival in the target deployment. With another expected volume one arrival stands for several, or for a part of one. */
export const serviceTime = (scenario: PriceScenario, seconds: number, { prices, volume = 1 }: CostInputs): number =>
  seconds * 1000 * prices.sizing.cpu[scenario] * volume

/** Volumes that differ by less count as equal: lateness is then that of the history. */
const EQUAL_VOLUME_SHARE = 0.05

/** True at another expected volume: an arrival is an amount of work, on which all workers work at once. */
const isScaled = ({ volume = 1 }: CostInputs): boolean => Math.abs(volume - 1) > EQUAL_VOLUME_SHARE

function autoscaledIn(scenario: PriceScenario, { arrivals, seconds }: StreamWork, inputs: CostInputs): Simulated {
  const { use, smallestCores, windowSeconds, restartSeconds, catchUpSeconds, stabiliseSeconds } = inputs.prices.sizing
  const scaled = simulateAutoscaler(arrivals.at, serviceTime(scenario, seconds, inputs), inputs.trace, {
    use: use[scenario],
    smallest: smallestCores[scenario],
    windowMs: windowSeconds[scenario] * 1000,
    restartMs: restartSeconds[scenario] * 1000,
    catchUpMs: catchUpSeconds[scenario] * 1000,
    stabiliseMs: stabiliseSeconds[scenario] * 1000,
    divisible: isScaled(inputs),
  })
  const most = `${formatAmount(scaled.most)} cores at most, ${formatCount(scaled.rescales, 'restart')}`
  return { cores: scaled.demand, words: `${servedText(scaled, inputs)}, ${most}` }
}

function staticIn(scenario: PriceScenario, { arrivals, seconds }: StreamWork, inputs: CostInputs): Simulated {
  const { use, smallestCores, rateQuantile: quantile } = inputs.prices.sizing
  const service = serviceTime(scenario, seconds, inputs)
  const neededCores = (rateQuantile(arrivals.at, inputs.trace, quantile[scenario]) * service) / use[scenario]
  const cores = new Float64Array(new TimeCells(inputs.trace).length).fill(neededCores)
  if (scenario !== 'base') return { cores, words: '' }
  // At least the smallest machine works on it.
  const heldCores = Math.max(neededCores, smallestCores.base)
  const servers = serversOf(heldCores, isScaled(inputs))
  const serviceMs = (service * servers) / heldCores
  const queueText = servedText(simulatePooledQueue(arrivals.at, serviceMs, servers), inputs)
  if (servers === 1 || !arrivals.key) return { cores, words: queueText }
  const { lags } = simulatePartitionedQueues(arrivals.at, arrivals.key, serviceMs, servers)
  return { cores, words: `${queueText}; in ${servers} partitions ${lagText(lags)}` }
}

/**
 * Lag and backlog in words. At another expected volume the simulated lag is that of a burst, or of faster workers, so it is not reported.
 */
const servedText = ({ lags, backlog }: QueueResult, inputs: CostInputs): string =>
  isScaled(inputs)
    ? `an arrival stands for ${formatAmount(inputs.volume!)}, so how late each is cannot be said`
    : `${lagText(lags)}, backlog ${formatCount(backlog, 'event')}`

const lagText = (lags: LagHistogram): string => `lag p50 ${spanTitle(lags.quantile(0.5))}, p99 ${spanTitle(lags.quantile(0.99))}`

/** Mean cores held by the workers of all demands, at least the smallest machine; 0 without demands. */
export const coresHeld = (demands: readonly CoreDemand[], { prices }: CostInputs) =>
  perScenario(scenario => (demands.length === 0 ? 0 : meanCoresIn(demands, scenario, prices.sizing.smallestCores[scenario])))

function meanCoresIn(demands: readonly CoreDemand[], scenario: PriceScenario, smallest: number): number {
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
export const isZeroDemand = ({ cores }: CoreDemand): boolean =>
  priceScenarios.every(scenario => cores[scenario].every(value => value === 0))
