import { limits } from '../../../base/limits.ts'

/**
 * How many servers some cores are: ⌈cores⌉, but for what rounding adds, all of the same part of a core; one as fast as all of them where work can be divided. Beyond COST_SERVERS_MAX each is several cores, which changes
 * nothing but by how much the last of what comes at once is late.
 */
export const serversOf = (cores: number, divisible: boolean): number =>
  divisible ? 1 : Math.min(limits.COST_SERVERS_MAX, Math.ceil(cores * (1 - ROUNDING)))

/** Of sums and products of doubles: more than they are wrong by, and less than anybody would call a difference. */
export const ROUNDING = 1e-9

/** When each of k servers is free again, the earliest on top of a heap: O(log k) an event. */
export class FreeTimes {
  readonly #times: Float64Array

  constructor(servers: number, free: number) {
    this.#times = new Float64Array(servers).fill(free)
  }

  get least(): number {
    return this.#times[0]
  }

  /** The server that is free first is busy until `time`, which is no earlier. */
  replaceLeast(time: number): void {
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

  /** All are free from `time` on. */
  setAll(time: number): void {
    this.#times.fill(time)
  }
}

/**
 * Milliseconds from the origin of a clock beyond which it is set anew once all servers are idle. Doubles near 2^20 are 10^−10 apart, those near UTC ms only 2 · 10^−4, which is more than many an
 * event takes.
 */
export const REBASE_MS = 2 ** 20
