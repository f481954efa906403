/**
 * Texts of more than `LONG_TEXT_BYTES`, each in memory of its own, outside the table of short texts, which is copied when it
 * grows.
 *
 * In the table a long text is a reference of five bytes: `LONG_TEXT`, with which no UTF-8 begins, and its number here.
 */

/** Bytes of UTF-8 beyond which a text is long. Keys and ids are short unless their columns have `maxBytes`. */
export const LONG_TEXT_BYTES = 1 << 10
/** First byte of a reference to a long text: no UTF-8 begins with it. */
export const LONG_TEXT = 0xfe
/** Length of a reference, bytes. */
export const REFERENCE_BYTES = 5

/** Long texts by number, in the order of addition. */
export class LongTexts {
  readonly #texts: Buffer[] = []
  #bytes = 0

  /** Bytes of all long texts. */
  get bytes(): number {
    return this.#bytes
  }

  /** Stores a copy of `bytes[from, to)` and writes its reference to `table` at `at`. */
  add(bytes: Uint8Array, from: number, to: number, table: Buffer, at: number): void {
    table[at] = LONG_TEXT
    table.writeUInt32LE(this.#texts.length, at + 1)
    const text = Buffer.allocUnsafeSlow(to - from)
    text.set(bytes.subarray(from, to))
    this.#texts.push(text)
    this.#bytes += text.length
  }

  /** The text whose reference is at `at`. */
  at(table: Buffer, at: number): Buffer {
    return this.#texts[table.readUInt32LE(at + 1)]
  }

  /** Removes the newest text. */
  forgetLast(): void {
    this.#bytes -= this.#texts.pop()!.length
  }

  clear(): void {
    this.#texts.length = 0
    this.#bytes = 0
  }
}
