/** Reads the numbers and byte strings of records: zigzag varints, and bytes behind their length. */
export class VarintReader {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  skip(count: number): void {
    this.at += count
  }

  /** A signed number of up to 64 bits; exact within 2^53. */
  varint(): number {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) throw new RangeError('the batch is cut off')
      value += (byte & 0x7f) * shift
      if (byte < 0x80) break
      if (shift > 2 ** 63) throw new RangeError('a number has more than ten bytes')
    }
    // Zigzag: 0, −1, 1, −2, …
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Passes bytes behind their length. The start is −1 for the length −1, which is nothing. */
  range(): { readonly start: number; readonly end: number } {
    const length = this.varint()
    if (length < 0) return { start: -1, end: -1 }
    const start = this.at
    if (start + length > this.#bytes.length) throw new RangeError('the batch is cut off')
    this.at = start + length
    return { start, end: this.at }
  }

  bytes(): Buffer | undefined {
    const { start, end } = this.range()
    return start < 0 ? undefined : this.#bytes.subarray(start, end)
  }
}
