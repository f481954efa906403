import { Cells, LOOK_MS } from './cells.ts'
import { FreeTimes, REBASE_MS, ROUNDING, serversOf } from './free-times.ts'
import { Lags } from './lags.ts'
import type { Served } from './queue.ts'
import type { Stretch } from './rate.ts'

/** How workers are made more and fewer. Milliseconds and cores. */
export interface Scaling {
  /** The part of the cores that is to be busy, above 0, at most 1. */
  readonly use: number
  /** Cores that there are at least. */
  readonly smallest: number
  /** Over which the rate is measured: nothing is decided before it is full. */
  readonly windowMs: number
  /** In which nothing is done while the number of workers changes. */
  readonly restartMs: number
  /** Within which what waits is to be done. */
  readonly catchUpMs: number
  /** After a restart, before measuring begins anew. */
  readonly stabiliseMs: number
  /** An arrival stands for many, on which all cores work at once. */
  readonly divisible?: boolean
}

export interface Scaled extends Served {
  /** Core ms held over the history. */
  readonly held: number
  readonly rescales: number
  /** The most cores that were held. */
  readonly most: number
  /**
   * By cell of the history, cores that are needed: those held, and where the smallest pool would do, what of it. Elements that share workers add these up.
   */
  readonly demand: Float64Array
}

/** By how much what is wanted may differ from what is held, as a part of it, before anything is changed. */
const BAND = 0.3

/**
 * A queue in front of workers that an autoscaler makes more and fewer: each minute it asks for cores by the rate of its window, and for what waits to be done within `catchUpMs`, at the target use. A
 * change of more than 30 % is made, by a restart in which nothing is done. What was begun before a restart is done all the same.
 *
 * `service` is core ms an event. `arrival` lies in the history and does not fall. O(n log cores + minutes).
 */
export function autoscaled(arrival: Float64Array, service: number, history: Stretch, scaling: Scaling): Scaled {
  const { from, until } = history
  const { use, smallest, windowMs, restartMs, catchUpMs, stabiliseMs } = scaling
  const cells = new Cells(history)
  const demand = new Float64Array(cells.length)
  let rate = arrival.length / (until - from)
  const workers = new Workers(arrival, service, from, Math.max(smallest, (service * rate) / use), scaling.divisible === true)
  let [held, rescales, most, measuredFrom] = [0, 0, workers.cores, from]
  let [arrived, left] = [0, 0]
  for (let t = from, next; t < until; t = next) {
    next = Math.min(t + LOOK_MS, until)
    workers.serveUntil(next)
    held += workers.cores * (next - t)
    cells.add(demand, t, next, workers.cores > smallest ? workers.cores : Math.min(smallest, (service * rate) / use))
    while (arrived < arrival.length && arrival[arrived] <= next) arrived++
    while (left < arrived && arrival[left] <= next - windowMs) left++
    rate = (arrived - left) / Math.min(windowMs, next - from)
    if (next - measuredFrom < windowMs) continue
    const wanted = Math.max(smallest, service * (rate / use + (arrived - workers.begun) / catchUpMs))
    if (Math.abs(wanted - workers.cores) <= BAND * workers.cores * (1 + ROUNDING)) continue
    workers.restart(wanted, next + restartMs)
    measuredFrom = next + restartMs + stabiliseMs
    rescales++
    most = Math.max(most, wanted)
  }
  workers.serveUntil(Infinity)
  return { ...workers.served(), held, rescales, most, demand }
}

/** Of times that were added up: one that would begin as the minute ends does not begin in it. */
const ROUNDING_MS = 1e-3

/** Servers that are replaced by others, with the cores that they are. */
class Workers {
  cores = 0
  /** Events that were begun: those before it in order of arrival. */
  begun = 0
  readonly #arrival: Float64Array
  readonly #service: number
  readonly #lags = new Lags()
  readonly #divisible: boolean
  #free = new FreeTimes(1, 0)
  #takes = 0
  #origin: number
  /** When all servers are idle, from the origin on. */
  #last = 0
  #end = -Infinity
  #seen = 0
  #backlog = 0

  constructor(arrival: Float64Array, service: number, from: number, cores: number, divisible: boolean) {
    this.#arrival = arrival
    this.#service = service
    this.#origin = from
    this.#divisible = divisible
    this.restart(cores, from)
  }

  /** Other workers take what is not begun, from `ready` on. */
  restart(cores: number, ready: number): void {
    const servers = serversOf(cores, this.#divisible)
    this.cores = cores
    this.#takes = (this.#service * servers) / cores
    this.#free = new FreeTimes(servers, ready - this.#origin)
    this.#last = Math.max(this.#last, ready - this.#origin)
  }

  /** Begins what can be begun before `t`. */
  serveUntil(t: number): void {
    const arrival = this.#arrival
    const { length } = arrival
    for (; this.begun < length; this.begun++) {
      let at = arrival[this.begun] - this.#origin
      if (at > REBASE_MS && this.#last <= at) {
        this.#origin += at
        at = this.#last = 0
        this.#free.setAll(0)
      }
      const begin = Math.max(at, this.#free.least)
      if (begin > t - this.#origin - ROUNDING_MS) return
      while (this.#seen < length && arrival[this.#seen] - this.#origin <= begin) this.#seen++
      this.#backlog = Math.max(this.#backlog, this.#seen - this.begun - 1)
      const end = begin + this.#takes
      this.#free.replaceLeast(end)
      if (end > this.#last) this.#last = end
      if (this.#origin + end > this.#end) this.#end = this.#origin + end
      this.#lags.add(end - at)
    }
  }

  served(): Served {
    const served = this.begun
    return { served, busy: served * this.#service, lags: this.#lags, backlog: this.#backlog, end: this.#end }
  }
}
