import { codeOfText } from '../aggregate/hyperloglog.ts'
import type { Strings } from '../columns/strings.ts'
import { widened } from './widened.ts'

/** Codes of texts by id, each hashed when it is asked for first: SHA-256 takes as long as a hundred look-ups. 4 bytes a text. */
export class StringCodes {
  readonly #strings: Strings
  /** 0 until it is known: no code is 0, since ranks begin at 1. */
  #codes = new Int32Array(0)
  #text = new Uint8Array(256)

  constructor(strings: Strings) {
    this.#strings = strings
  }

  get bytes(): number {
    return this.#codes.byteLength
  }

  codeOf(id: number): number {
    if (id >= this.#codes.length) this.#codes = widened(this.#codes, this.#strings.size)
    const known = this.#codes[id]
    if (known > 0) return known
    const length = this.#strings.lengthOf(id)
    if (length > this.#text.length) this.#text = new Uint8Array(2 * length)
    this.#strings.copy(id, this.#text, 0)
    const code = codeOfText(this.#text.subarray(0, length))
    this.#codes[id] = code
    return code
  }
}
