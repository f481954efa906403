import { FreeTimes, REBASE_MS } from './free-times.ts'
import { Lags } from './lags.ts'

/** What became of a trace of arrivals in front of some servers. */
export interface Served {
  readonly served: number
  /** Work done, ms of servers. */
  readonly busy: number
  /** From an event's arrival until it was done. */
  readonly lags: Lags
  /** The most events that waited behind the one which was begun. */
  readonly backlog: number
  /** When the last was done, on the clock of arrivals; −Infinity of nothing. */
  readonly end: number
}

/**
 * One queue in front of k servers, first come first served: the recursion of Kiefer and Wolfowitz (1955), with a heap of k free times in place of their sorted vector.
 *
 * `arrival` does not fall, UTC ms; `service` is what a server takes for an event, ms, of all or of each. O(n log k) time; memory does not grow with n.
 */
export function pooled(arrival: Float64Array, service: number | Float64Array, servers: number, lags = new Lags()): Served {
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
    const begin = Math.max(at, free.least)
    while (seen < length && arrival[seen] - origin <= begin) seen++
    if (seen - i - 1 > backlog) backlog = seen - i - 1
    const takes = typeof service === 'number' ? service : service[i]
    const end = begin + takes
    free.replaceLeast(end)
    if (end > last) last = end
    busy += takes
    lags.add(end - at)
  }
  return { served: length, busy, lags, backlog, end: length > 0 ? origin + last : -Infinity }
}

/**
 * A queue of its own in front of each of k servers, as partitions have it: an event waits for those of its partition, though other servers are idle. `key` is a hash of each event's key.
 *
 * `backlog` is the most in one partition. Holds 12 bytes an event.
 */
export function partitioned(arrival: Float64Array, key: Uint32Array, service: number, partitions: number): Served {
  const { length } = arrival
  const ends = new Uint32Array(partitions + 1)
  for (let i = 0; i < length; i++) ends[(key[i] % partitions) + 1]++
  for (let p = 0; p < partitions; p++) ends[p + 1] += ends[p]
  const gathered = new Float64Array(length)
  const next = ends.slice(0, partitions)
  for (let i = 0; i < length; i++) gathered[next[key[i] % partitions]++] = arrival[i]

  const lags = new Lags()
  let [busy, backlog, end] = [0, 0, -Infinity]
  for (let p = 0; p < partitions; p++) {
    const one = pooled(gathered.subarray(ends[p], ends[p + 1]), service, 1, lags)
    busy += one.busy
    backlog = Math.max(backlog, one.backlog)
    end = Math.max(end, one.end)
  }
  return { served: length, busy, lags, backlog, end }
}
