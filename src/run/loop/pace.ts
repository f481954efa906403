/**
 * Schedules the turns of a run: at once if there is work, with as many commits in flight as allowed.
 *
 * The more commits wait for the disk, the longer the pause between turns. A slow disk therefore does not use up all allowed commits
 * (`TURNS_IN_FLIGHT_MAX`) and stop decisions until it recovers.
 */
import { callAfter as later, callSoon, limits } from '../../base/index.ts'

/**
 * Milliseconds until the next turn, given the number of commits in flight: 0 for the first ones, then doubled for each `TURNS_UNPACED`
 * more. `isBehind`: appended entries wait to be decided, as during a tick, whose turns are short and many; new records wait for them in any
 * case, so the pause stays short.
 */
export function turnDelayMs(inFlight: number, isBehind: boolean): number {
  if (inFlight < limits.TURNS_UNPACED) return 0
  if (isBehind) return limits.TURN_PACE_MS
  return Math.min(limits.TURN_PACE_MS * 2 ** Math.floor(inFlight / limits.TURNS_UNPACED - 1), limits.TURN_PACE_MS_MAX)
}

export interface PaceOptions {
  readonly hasWork: () => boolean
  /** Do appended entries wait to be decided? */
  readonly isBehind: () => boolean
  readonly inFlight: () => number
  readonly turn: () => void
  /** Timer of the pause. A test passes one that does not wait, so that turns do not depend on the speed of the machine. */
  readonly after?: ((ms: number, act: () => void) => void) | undefined
}

export class Pace {
  readonly #options: PaceOptions
  #isDue = false

  constructor(options: PaceOptions) {
    this.#options = options
  }

  /** Schedules a turn if there is work and room for a commit. */
  readonly schedule = (): void => {
    const { hasWork, inFlight, isBehind, after = later } = this.#options
    if (this.#isDue || inFlight() >= limits.TURNS_IN_FLIGHT_MAX || !hasWork()) return
    this.#isDue = true
    const pace = turnDelayMs(inFlight(), isBehind())
    if (pace === 0) callSoon(() => this.#turn())
    else after(pace, () => this.#turn())
  }

  #turn(): void {
    this.#isDue = false
    this.#options.turn()
    this.schedule()
  }
}
