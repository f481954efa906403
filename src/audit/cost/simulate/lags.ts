/** Mantissa bits of a single float that tell buckets apart: 128 between a power of two and the next. */
const KEPT_BITS = 7
const DROPPED_BITS = 23 - KEPT_BITS

/**
 * How long things took, as counts of buckets: quantiles are at most 2^−7 (0.8 %) above the exact ones, in 256 KB however many there are.
 *
 * A bucket is the values whose single floats begin alike, so that finding it is a store, a load and a shift.
 */
export class Lags {
  readonly #counts = new Float64Array(1 << (31 - DROPPED_BITS))
  readonly #float = new Float32Array(1)
  readonly #bits = new Uint32Array(this.#float.buffer)
  #count = 0
  #sum = 0
  #most = 0

  /** A span that is not negative, ms. */
  add(ms: number): void {
    this.#float[0] = ms
    this.#counts[this.#bits[0] >>> DROPPED_BITS]++
    this.#count++
    this.#sum += ms
    if (ms > this.#most) this.#most = ms
  }

  get count(): number {
    return this.#count
  }

  /** NaN of nothing. */
  get mean(): number {
    return this.#sum / this.#count
  }

  get most(): number {
    return this.#most
  }

  /** The one of rank ⌈q · count⌉, from the shortest, or up to 0.8 % more; NaN of nothing. */
  quantile(q: number): number {
    if (this.#count === 0) return NaN
    const rank = Math.max(1, Math.ceil(q * this.#count))
    let seen = 0
    let bucket = -1
    while (seen < rank) seen += this.#counts[++bucket]
    if (bucket === 0) return 0
    this.#bits[0] = (bucket << DROPPED_BITS) | ((1 << DROPPED_BITS) - 1)
    return Math.min(this.#float[0], this.#most)
  }
}
