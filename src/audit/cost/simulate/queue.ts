import { FreeTimes, REBASE_MS } from './free-times.ts'
import { LagHistogram } from './lag-histogram.ts'

/** Result of serving a trace of arrivals. */
export interface QueueResult {
  readonly served: number
  /** Work done, server ms. */
  readonly busy: number
  /** Lags from arrival to completion. */
  readonly lags: LagHistogram
  /** Greatest number of events that waited behind a begun one. */
  readonly backlog: number
  /** Completion of the last event, on the clock of arrivals; −Infinity if there is none. */
  readonly end: number
}

/**
 * Simulates one queue in front of k servers, first come, first served. It is the recursion of Kiefer and Wolfowitz (1955), with a heap of k
 * free times instead of their sorted vector.
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
  const { length } = arrival
  const free = new FreeTimes(servers, 0)
  let [origin, last, busy, backlog, seen] = [length > 0 ? arrival[0] : 0, 0, 0, 0, 0]
  for (let i = 0; i < length; i++) {
    let at = arrival[i] - origin
    if (at > REBASE_MS && last <= at) {
      origin = arrival[i]
      at = last = 0
      free.setAll(0)
    }
    const begin = Math.max(at, free.earliest)
    while (seen < length && arrival[seen] - origin <= begin) seen++
    if (seen - i - 1 > backlog) backlog = seen - i - 1
    const serviceMs = typeof service === 'number' ? service : service[i]
    const end = begin + serviceMs
    free.replaceEarliest(end)
    if (end > last) last = end
    busy += serviceMs
    lags.add(end - at)
  }
  return { served: length, busy, lags, backlog, end: length > 0 ? origin + last : -Infinity }
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
  let [busy, backlog, end] = [0, 0, -Infinity]
  for (let p = 0; p < partitions; p++) {
    const queue = simulatePooledQueue(byPartition.subarray(ends[p], ends[p + 1]), service, 1, lags)
    busy += queue.busy
    backlog = Math.max(backlog, queue.backlog)
    end = Math.max(end, queue.end)
  }
  return { served: length, busy, lags, backlog, end }
}
