import { limits } from '../../../base/index.ts'

/**
 * Number of servers for some cores: ⌈cores⌉, corrected for rounding, each of equal speed. One server of that total speed if work is
 * divisible. Above COST_SERVERS_MAX each server is several cores, which only changes the lag of the last events of a burst.
 */
export const serversOf = (cores: number, divisible: boolean): number =>
  divisible ? 1 : Math.min(limits.COST_SERVERS_MAX, Math.ceil(cores * (1 - ROUNDING)))

/** Relative tolerance for rounding: above the error of sums and products of doubles, below any real difference. */
export const ROUNDING = 1e-9

/** Times at which k servers become free, in a binary heap with the earliest on top. O(log k) an event. */
export class FreeTimes {
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
 * Milliseconds after which the origin of the simulated clock moves, once all servers are idle. Doubles near 2^20 are 10^−10 apart. Near UTC
 * ms they are 2 · 10^−4 apart, more than many an event takes.
 */
export const REBASE_MS = 2 ** 20
