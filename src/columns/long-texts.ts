/**
 * Texts of more than `LONG_TEXT_BYTES`, each in memory of its own: outside of the table of short ones, which is copied when it grows.
 *
 * In the table a long text is a reference of five bytes: `LONG_TEXT`, with which no UTF-8 begins, and its number here.
 */

/** Bytes of UTF-8 beyond which a text is long. Keys and ids are short unless their columns say otherwise. */
export const LONG_TEXT_BYTES = 1 << 10
/** Stands before the number of a long text: no UTF-8 begins so. */
export const LONG_TEXT = 0xfe
/** Of a reference. */
export const REFERENCE_BYTES = 5

export class LongTexts {
  readonly #texts: Buffer[] = []
  #bytes = 0

  /** Of all of them. */
  get bytes(): number {
    return this.#bytes
  }

  /** Keeps a copy of `bytes[from, to)`, and writes its reference to `table` at `at`. */
  add(bytes: Uint8Array, from: number, to: number, table: Buffer, at: number): void {
    table[at] = LONG_TEXT
    table.writeUInt32LE(this.#texts.length, at + 1)
    const text = Buffer.allocUnsafeSlow(to - from)
    text.set(bytes.subarray(from, to))
    this.#texts.push(text)
    this.#bytes += text.length
  }

  /** The text whose reference stands there. */
  at(table: Buffer, at: number): Buffer {
    return this.#texts[table.readUInt32LE(at + 1)]
  }

  /** Forgets the newest. */
  forgetLast(): void {
    this.#bytes -= this.#texts.pop()!.length
  }

  clear(): void {
    this.#texts.length = 0
    this.#bytes = 0
  }
}
