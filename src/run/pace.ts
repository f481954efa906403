/** When a run makes its next turn: as soon as there is work, with as many commits in flight as may be. */
import { after, soon } from '../base/clock.ts'
import { limits } from '../base/limits.ts'

export interface PaceOptions {
  readonly hasWork: () => boolean
  readonly inFlight: () => number
  readonly turn: () => void
}

export class Pace {
  readonly #options: PaceOptions
  #isDue = false

  constructor(options: PaceOptions) {
    this.#options = options
  }

  /** There may be work, or room for it. */
  readonly look = (): void => {
    const { hasWork, inFlight } = this.#options
    if (this.#isDue || inFlight() >= limits.TURNS_IN_FLIGHT_MAX || !hasWork()) return
    this.#isDue = true
    // On a slow disk turns are made some milliseconds apart: what comes in goes on being decided, and does not use up what may be in flight.
    if (inFlight() < limits.TURNS_UNPACED) soon(() => this.#turn())
    else after(limits.TURN_PACE_MS, () => this.#turn())
  }

  #turn(): void {
    this.#isDue = false
    this.#options.turn()
    this.look()
  }
}
