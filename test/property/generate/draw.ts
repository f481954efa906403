import { random } from '../../../src/base/random.ts'

/** Random choices from one seed. Everything random in a case comes from here, so a seed determines the case. */
export class Draw {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = random(seed)
  }

  chance(probability: number): boolean {
    return this.#next() < probability
  }

  /** An integer in [low, high], both ends included; the range may be wider than 2^32. */
  between(low: number, high: number): number {
    const width = high - low + 1
    const unit = width <= 2 ** 32 ? this.#next() : (Math.floor(this.#next() * 2 ** 21) + this.#next()) / 2 ** 21
    return low + Math.min(Math.floor(unit * width), high - low)
  }

  /** An integer in [1, high] with log-uniform magnitude: as often below 10 as between 10 and 100. */
  magnitude(high: number): number {
    return Math.min(high, Math.max(1, Math.floor(Math.exp(this.#next() * Math.log(high + 1)))))
  }

  pick<T>(from: readonly T[]): T {
    return from[this.between(0, from.length - 1)]
  }

  /** One of the second elements, by weight. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let rest = this.#next() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, choice] of choices) if ((rest -= weight) < 0) return choice
    return choices.at(-1)![1]
  }

  shuffled<T>(from: readonly T[]): T[] {
    const out = [...from]
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.between(0, i)
      ;[out[i], out[j]] = [out[j], out[i]]
    }
    return out
  }
}
