import { TimeCells, AUTOSCALER_INTERVAL_MS } from './time-cells.ts'
import { FreeTimes, REBASE_MS, ROUNDING, serversOf } from './free-times.ts'
import { LagHistogram } from './lag-histogram.ts'
import type { QueueResult } from './queue.ts'
import type { HistorySpan } from './rate.ts'

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
  /** True if an arrival stands for many events, on which all cores work at once. */
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
  const { use, smallest, windowMs, restartMs, catchUpMs, stabiliseMs } = scaling
  const cells = new TimeCells(history)
  const demand = new Float64Array(cells.length)
  let rate = arrival.length / (until - from)
  const workers = new Workers(arrival, service, from, Math.max(smallest, (service * rate) / use), scaling.divisible === true)
  let [coreMs, rescales, most, measuredFrom] = [0, 0, workers.cores, from]
  let [arrived, left] = [0, 0]
  for (let t = from, next; t < until; t = next) {
    next = Math.min(t + AUTOSCALER_INTERVAL_MS, until)
    workers.serveUntil(next)
    coreMs += workers.cores * (next - t)
    cells.add(demand, t, next, workers.cores > smallest ? workers.cores : Math.min(smallest, (service * rate) / use))
    while (arrived < arrival.length && arrival[arrived] <= next) arrived++
    while (left < arrived && arrival[left] <= next - windowMs) left++
    rate = (arrived - left) / Math.min(windowMs, next - from)
    if (next - measuredFrom < windowMs) continue
    const neededCores = Math.max(smallest, service * (rate / use + (arrived - workers.started) / catchUpMs))
    if (Math.abs(neededCores - workers.cores) <= TOLERANCE * workers.cores * (1 + ROUNDING)) continue
    workers.restart(neededCores, next + restartMs)
    measuredFrom = next + restartMs + stabiliseMs
    rescales++
    most = Math.max(most, neededCores)
  }
  workers.serveUntil(Infinity)
  return { ...workers.served(), coreMs, rescales, most, demand }
}

/** Rounding error of summed times, ms: an event that would begin at the end of a minute begins in the next one. */
const ROUNDING_MS = 1e-3

/** Servers that a restart replaces. */
class Workers {
  cores = 0
  /** Number of events that were begun, in order of arrival. */
  started = 0
  readonly #arrival: Float64Array
  readonly #service: number
  readonly #lags = new LagHistogram()
  readonly #divisible: boolean
  #free = new FreeTimes(1, 0)
  #serviceMs = 0
  #origin: number
  /** Time at which all servers are idle, from the origin. */
  #last = 0
  #end = -Infinity
  #arrivals = 0
  #backlog = 0

  constructor(arrival: Float64Array, service: number, from: number, cores: number, divisible: boolean) {
    this.#arrival = arrival
    this.#service = service
    this.#origin = from
    this.#divisible = divisible
    this.restart(cores, from)
  }

  /** Replaces the workers. The new ones begin the remaining events from `ready` on. */
  restart(cores: number, ready: number): void {
    const servers = serversOf(cores, this.#divisible)
    this.cores = cores
    this.#serviceMs = (this.#service * servers) / cores
    this.#free = new FreeTimes(servers, ready - this.#origin)
    this.#last = Math.max(this.#last, ready - this.#origin)
  }

  /** Begins all events that can begin before `t`. */
  serveUntil(t: number): void {
    const arrival = this.#arrival
    const { length } = arrival
    for (; this.started < length; this.started++) {
      let at = arrival[this.started] - this.#origin
      if (at > REBASE_MS && this.#last <= at) {
        this.#origin += at
        at = this.#last = 0
        this.#free.setAll(0)
      }
      const begin = Math.max(at, this.#free.earliest)
      if (begin > t - this.#origin - ROUNDING_MS) return
      while (this.#arrivals < length && arrival[this.#arrivals] - this.#origin <= begin) this.#arrivals++
      this.#backlog = Math.max(this.#backlog, this.#arrivals - this.started - 1)
      const end = begin + this.#serviceMs
      this.#free.replaceEarliest(end)
      if (end > this.#last) this.#last = end
      if (this.#origin + end > this.#end) this.#end = this.#origin + end
      this.#lags.add(end - at)
    }
  }

  served(): QueueResult {
    const served = this.started
    return { served, busy: served * this.#service, lags: this.#lags, backlog: this.#backlog, end: this.#end }
  }
}
