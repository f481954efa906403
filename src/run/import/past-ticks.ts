/**
 * The ticks of an imported history: each marker follows every event with an arrival up to it and precedes all others (semantics, decisions
 * and placements).
 *
 * Ticks without a live key are skipped, so that a long silence costs nothing: those more than `live` after the last arrival.
 */
import type { EveryTrigger } from '../../decision/index.ts'

export class PastTicks {
  readonly #models: readonly Pick<EveryTrigger, 'every' | 'live'>[]
  readonly #next: number[]

  /** `from`: first time of a tick, UTC ms. */
  constructor(models: readonly Pick<EveryTrigger, 'every' | 'live'>[], from: number) {
    this.#models = models
    this.#next = models.map(({ every }) => atOrAfter(from, every))
  }

  /** The remaining ticks up to `until`, in order. `last`: last arrival before them. */
  upTo(until: number, last: number): number[] {
    const due = new Set<number>()
    this.#models.forEach(({ every, live }, i) => {
      const end = Math.min(until, last + live)
      for (let t = this.#next[i]; t <= end; t += every) due.add(t)
      this.#next[i] = Math.max(this.#next[i], atOrAfter(until + 1, every))
    })
    return [...due].sort((a, b) => a - b)
  }
}

/** The first multiple of a period at or after a time. */
const atOrAfter = (moment: number, period: number): number => Math.ceil(moment / period) * period
