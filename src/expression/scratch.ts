/**
 * Buffers of one node of an expression, kept from call to call, so that nothing is allocated in a steady state.
 *
 * They grow to the largest length and may be longer than requested; the values beyond it, and those of an earlier call, are
 * garbage.
 */
export class Scratch {
  #values = new Float64Array(0)
  #nulls = new Uint8Array(0)

  values(length: number): Float64Array {
    if (this.#values.length < length) this.#values = new Float64Array(roomFor(length))
    return this.#values
  }

  nulls(length: number): Uint8Array {
    if (this.#nulls.length < length) this.#nulls = new Uint8Array(roomFor(length))
    return this.#nulls
  }
}

/** The next power of two, so that growing lengths cost a few allocations. */
const roomFor = (length: number): number => 2 ** Math.ceil(Math.log2(length))
