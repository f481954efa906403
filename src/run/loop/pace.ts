/**
 * When a run makes its next turn: as soon as there is work, with as many commits in flight as may be.
 *
 * The more wait for the disk, the farther apart turns are made, so that a disk that is slow does not use up what may be in flight (`TURNS_IN_FLIGHT_MAX`) and hold
 * deciding up until it is done.
 */
import { after as later, soon } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'

/**
 * Milliseconds until the next turn, with so many waiting for the disk: none for the first ones, then twice as many for each `TURNS_UNPACED` more. `isBehind`: what
 * was appended waits to be decided, as during a tick, whose turns are short and many; then what comes in waits for it, however far apart they are.
 */
export function paceOf(inFlight: number, isBehind: boolean): number {
  if (inFlight < limits.TURNS_UNPACED) return 0
  if (isBehind) return limits.TURN_PACE_MS
  return Math.min(limits.TURN_PACE_MS * 2 ** Math.floor(inFlight / limits.TURNS_UNPACED - 1), limits.TURN_PACE_MS_MAX)
}

export interface PaceOptions {
  readonly hasWork: () => boolean
  /** Does something that was appended wait to be decided? */
  readonly isBehind: () => boolean
  readonly inFlight: () => number
  readonly turn: () => void
  /** What waits for the time of a turn; a test's lets none pass, so that its turns do not depend on how quick the machine is. */
  readonly after?: ((ms: number, act: () => void) => void) | undefined
}

export class Pace {
  readonly #options: PaceOptions
  #isDue = false

  constructor(options: PaceOptions) {
    this.#options = options
  }

  /** There may be work, or room for it. */
  readonly look = (): void => {
    const { hasWork, inFlight, isBehind, after = later } = this.#options
    if (this.#isDue || inFlight() >= limits.TURNS_IN_FLIGHT_MAX || !hasWork()) return
    this.#isDue = true
    const pace = paceOf(inFlight(), isBehind())
    if (pace === 0) soon(() => this.#turn())
    else after(pace, () => this.#turn())
  }

  #turn(): void {
    this.#isDue = false
    this.#options.turn()
    this.look()
  }
}
