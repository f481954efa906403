/** Scores of all cases that were made last: plans that differ in when something is done, and not in what it is of, have the same. */

/** 8 bytes a case each. */
const KEPT = 4

export class ScoreCache {
  /** In the order of use. */
  readonly #scores = new Map<string, Promise<Float64Array>>()

  /** Made before anybody asked for them; none is let go before. */
  readonly #ahead = new Map<string, Float64Array>()

  /** Takes what will be asked for. */
  take(id: string, scores: Float64Array): void {
    this.#ahead.set(id, scores)
  }

  /** What rejects is not kept. */
  of(id: string, make: () => Promise<Float64Array>): Promise<Float64Array> {
    const ahead = this.#ahead.get(id)
    const scores = ahead ? Promise.resolve(ahead) : (this.#scores.get(id) ?? make())
    this.#ahead.delete(id)
    this.#scores.delete(id)
    this.#scores.set(id, scores)
    scores.catch(() => this.#scores.delete(id))
    const [oldest] = this.#scores.keys()
    if (this.#scores.size > KEPT) this.#scores.delete(oldest)
    return scores
  }
}
