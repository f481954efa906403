/** A cache of the last scores. Plans that differ only in the times of scores or actions share them. */

/** Cached scores; 8 bytes a case each. */
const CACHED_MAX = 4

export class ScoreCache {
  /** In order of use. */
  readonly #scores = new Map<string, Promise<Float64Array>>()

  /** Precomputed scores, which stay until their first use. */
  readonly #precomputed = new Map<string, Float64Array>()

  /** Adds precomputed scores. */
  addPrecomputed(id: string, scores: Float64Array): void {
    this.#precomputed.set(id, scores)
  }

  /** The scores of an id, computed if missing. A rejection is not cached. */
  getOrCompute(id: string, make: () => Promise<Float64Array>): Promise<Float64Array> {
    const precomputed = this.#precomputed.get(id)
    const scores = precomputed ? Promise.resolve(precomputed) : (this.#scores.get(id) ?? make())
    this.#precomputed.delete(id)
    this.#scores.delete(id)
    this.#scores.set(id, scores)
    scores.catch(() => this.#scores.delete(id))
    const [oldest] = this.#scores.keys()
    if (this.#scores.size > CACHED_MAX) this.#scores.delete(oldest)
    return scores
  }
}
