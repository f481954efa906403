/**
 * The ticks of a history that is imported: a marker for each stands after every event with an arrival up to it and before every other (semantics §4).
 *
 * Ticks at which no key can be live are passed over, so that a long silence costs nothing: of a model that looks `live` back, those more than that
 * behind the last arrival.
 */
import type { Every } from '../../decision/tellers.ts'

export class PastTicks {
  readonly #models: readonly Pick<Every, 'every' | 'live'>[]
  readonly #next: number[]

  /** No tick before `from`, UTC ms, is made. */
  constructor(models: readonly Pick<Every, 'every' | 'live'>[], from: number) {
    this.#models = models
    this.#next = models.map(({ every }) => atOrAfter(from, every))
  }

  /** The ticks that are left up to `until`, in order. `last`: the last arrival before them. */
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

/** The first multiple of a period at or after a moment. */
const atOrAfter = (moment: number, period: number): number => Math.ceil(moment / period) * period
