/** An autoscaled pool of workers, simulated over a trace of arrivals. */
import { AUTOSCALER_INTERVAL_MS, TimeCells, type HistorySpan } from './time-cells.ts'
import { ROUNDING, serversOf, ServerPool, type QueueResult } from './queue.ts'

/** Parameters of an autoscaler. Milliseconds and cores. */
export interface AutoscalerOptions {
  /** Target utilisation of the cores, above 0, at most 1. */
  readonly use: number
  /** Least number of cores. */
  readonly smallest: number
  /** Window of the rate, ms. No decision is made before it is full. */
  readonly windowMs: number
  /** Downtime while the number of workers changes, ms. */
  readonly restartMs: number
  /** Time within which the backlog should be done, ms. */
  readonly catchUpMs: number
  /** Time after a restart before measuring begins again, ms. */
  readonly stabiliseMs: number
  /** True if an arrival is an amount of work, on which all cores work at once, and no single event. */
  readonly divisible?: boolean
}

/** Result of the simulation. */
export interface AutoscaledQueue extends QueueResult {
  /** Core ms held over the history. */
  readonly coreMs: number
  readonly rescales: number
  /** Greatest number of held cores. */
  readonly most: number
  /**
   * Mean cores needed in each cell of the history: the held cores, or the needed part of the smallest pool. Elements that share workers add
   * their demands.
   */
  readonly demand: Float64Array
}

/** Least relative difference between wanted and held cores that causes a change. */
const TOLERANCE = 0.3

/**
 * Simulates a queue in front of autoscaled workers. Each minute the autoscaler computes the cores for the rate of its window, and for the
 * backlog within `catchUpMs`, at the target utilisation. A difference of more than 30 % causes a restart with downtime. Events begun before
 * a restart still finish.
 *
 * `service` is core ms per event. `arrival` lies within the history and is sorted. O(n log cores + minutes).
 */
export function simulateAutoscaler(
  arrival: Float64Array,
  service: number,
  history: HistorySpan,
  scaling: AutoscalerOptions,
): AutoscaledQueue {
  const { from, until } = history
  const { use, smallest, windowMs, restartMs, catchUpMs, stabiliseMs, divisible = false } = scaling
  const cells = new TimeCells(history)
  const demand = new Float64Array(cells.length)
  let rate = arrival.length / (until - from)
  const workers = new ServerPool(arrival, from)
  let cores = Math.max(smallest, (service * rate) / use)
  const startWorkers = (ready: number): void => {
    const servers = serversOf(cores, divisible)
    workers.restart(servers, (service * servers) / cores, ready)
  }
  startWorkers(from)
  let [coreMs, rescales, most, measuredFrom] = [0, 0, cores, from]
  let [arrived, left] = [0, 0]
  for (let t = from, next; t < until; t = next) {
    next = Math.min(t + AUTOSCALER_INTERVAL_MS, until)
    workers.serveUntil(next)
    coreMs += cores * (next - t)
    cells.add(demand, t, next, cores > smallest ? cores : Math.min(smallest, (service * rate) / use))
    while (arrived < arrival.length && arrival[arrived] <= next) arrived++
    while (left < arrived && arrival[left] <= next - windowMs) left++
    rate = (arrived - left) / Math.min(windowMs, next - from)
    if (next - measuredFrom < windowMs) continue
    const neededCores = Math.max(smallest, service * (rate / use + (arrived - workers.started) / catchUpMs))
    if (Math.abs(neededCores - cores) <= TOLERANCE * cores * (1 + ROUNDING)) continue
    cores = neededCores
    startWorkers(next + restartMs)
    measuredFrom = next + restartMs + stabiliseMs
    rescales++
    most = Math.max(most, cores)
  }
  workers.serveUntil(Infinity)
  return { ...workers.result(), coreMs, rescales, most, demand }
}
