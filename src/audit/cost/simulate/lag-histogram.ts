/** Mantissa bits of a single float that distinguish buckets: 128 buckets per power of two. */
const BUCKET_BITS = 7
const DROPPED_BITS = 23 - BUCKET_BITS

/**
 * Histogram of lags in ms. Quantiles are at most 2^−7 (0.8 %) above the exact ones. Takes 256 KB, whatever the count.
 *
 * A bucket holds the values whose single floats have equal leading bits, so finding it is a store, a load and a shift.
 */
export class LagHistogram {
  readonly #counts = new Float64Array(1 << (31 - DROPPED_BITS))
  readonly #float = new Float32Array(1)
  readonly #bits = new Uint32Array(this.#float.buffer)
  #count = 0
  #sum = 0
  #most = 0

  /** Adds a lag of at least 0 ms. */
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

  /** Mean, ms; NaN if empty. */
  get mean(): number {
    return this.#sum / this.#count
  }

  get most(): number {
    return this.#most
  }

  /** Lag of rank ⌈q · count⌉, or up to 0.8 % more, ms; NaN if empty. */
  quantile(q: number): number {
    if (this.#count === 0) return NaN
    const rank = Math.max(1, Math.ceil(q * this.#count))
    let cumulative = 0
    let bucket = -1
    while (cumulative < rank) cumulative += this.#counts[++bucket]
    if (bucket === 0) return 0
    this.#bits[0] = (bucket << DROPPED_BITS) | ((1 << DROPPED_BITS) - 1)
    return Math.min(this.#float[0], this.#most)
  }
}
