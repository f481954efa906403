/** Queues of a fixed number of servers, simulated over a trace of arrivals. */
import { limits } from '../../../base/index.ts'
import { LagHistogram } from './lag-histogram.ts'

/** Result of serving a trace of arrivals. */
export interface QueueResult {
  /** Lags from arrival to completion. */
  readonly lags: LagHistogram
  /** Greatest number of events that waited behind a begun one. */
  readonly backlog: number
}

/**
 * Simulates one queue in front of k servers, first come, first served.
 *
 * `arrival` is sorted, UTC ms. `service` is the server time per event, ms, one for all or one for each. O(n log k) time; memory does not
 * grow with n.
 */
export function simulatePooledQueue(
  arrival: Float64Array,
  service: number | Float64Array,
  servers: number,
  lags = new LagHistogram(),
): QueueResult {
  const pool = new ServerPool(arrival, arrival[0], lags)
  pool.restart(servers, service, arrival[0])
  pool.serveUntil(Infinity)
  return pool.result()
}

/**
 * Simulates one queue per server, as with partitions: an event waits for its own partition even if other servers are idle. `key` is a hash
 * of each event's key.
 *
 * `backlog` is the greatest of one partition. Takes 12 bytes an event.
 */
export function simulatePartitionedQueues(arrival: Float64Array, key: Uint32Array, service: number, partitions: number): QueueResult {
  const { length } = arrival
  const ends = new Uint32Array(partitions + 1)
  for (let i = 0; i < length; i++) ends[(key[i] % partitions) + 1]++
  for (let p = 0; p < partitions; p++) ends[p + 1] += ends[p]
  const byPartition = new Float64Array(length)
  const next = ends.slice(0, partitions)
  for (let i = 0; i < length; i++) byPartition[next[key[i] % partitions]++] = arrival[i]

  const lags = new LagHistogram()
  let backlog = 0
  for (let p = 0; p < partitions; p++)
    backlog = Math.max(backlog, simulatePooledQueue(byPartition.subarray(ends[p], ends[p + 1]), service, 1, lags).backlog)
  return { lags, backlog }
}

/**
 * Servers of one queue, which a restart replaces. The simulation is the recursion of Kiefer and Wolfowitz (1955), with a heap of k free times
 * instead of their sorted vector.
 */
export class ServerPool {
  /** Number of events that were begun, in order of arrival. */
  started = 0
  readonly #arrival: Float64Array
  readonly #lags: LagHistogram
  #service: number | Float64Array = 0
  #free = new FreeTimes(1, 0)
  /** Origin of the simulated clock, UTC ms. */
  #origin: number
  /** Time at which all servers are idle, from the origin. */
  #last = 0
  #arrivals = 0
  #backlog = 0

  constructor(arrival: Float64Array, origin: number, lags = new LagHistogram()) {
    this.#arrival = arrival
    this.#origin = origin
    this.#lags = lags
  }

  /** Replaces the servers. The new ones begin the remaining events from `ready` on. `service` is as of `simulatePooledQueue`. */
  restart(servers: number, service: number | Float64Array, ready: number): void {
    this.#service = service
    this.#free = new FreeTimes(servers, ready - this.#origin)
    this.#last = Math.max(this.#last, ready - this.#origin)
  }

  /** Begins all events that can begin before `t`. */
  serveUntil(t: number): void {
    const arrival = this.#arrival
    const service = this.#service
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
      const end = begin + (typeof service === 'number' ? service : service[this.started])
      this.#free.replaceEarliest(end)
      if (end > this.#last) this.#last = end
      this.#lags.add(end - at)
    }
  }

  /** Lags and backlog of the events served so far. */
  result(): QueueResult {
    return { lags: this.#lags, backlog: this.#backlog }
  }
}

/** Rounding error of summed times, ms: an event that would begin at the end of a minute begins in the next one. */
const ROUNDING_MS = 1e-3

/** Times at which k servers become free, in a binary heap with the earliest on top. O(log k) an event. */
class FreeTimes {
  readonly #times: Float64Array

  constructor(servers: number, free: number) {
    this.#times = new Float64Array(servers).fill(free)
  }

  get earliest(): number {
    return this.#times[0]
  }

  /** Makes the first free server busy until `time`, which is no earlier. */
  replaceEarliest(time: number): void {
    const times = this.#times
    const { length } = times
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= length) break
      if (child + 1 < length && times[child + 1] < times[child]) child++
      if (times[child] >= time) break
      times[at] = times[child]
      at = child
    }
    times[at] = time
  }

  /** Makes all servers free from `time` on. */
  setAll(time: number): void {
    this.#times.fill(time)
  }
}

/**
 * Number of servers for some cores: ⌈cores⌉, corrected for rounding, each of equal speed. One server of that total speed if work is
 * divisible. Above COST_SERVERS_MAX each server is several cores, which only changes the lag of the last events of a burst.
 */
export const serversOf = (cores: number, divisible: boolean): number =>
  divisible ? 1 : Math.min(limits.COST_SERVERS_MAX, Math.ceil(cores * (1 - ROUNDING)))

/** Relative tolerance for rounding: above the error of sums and products of doubles, below any real difference. */
export const ROUNDING = 1e-9

/**
 * Milliseconds after which the origin of the simulated clock moves, once all servers are idle. Doubles near 2^20 are 10^−10 apart. Near UTC
 * ms they are 2 · 10^−4 apart, more than many an event takes.
 */
const REBASE_MS = 2 ** 20
