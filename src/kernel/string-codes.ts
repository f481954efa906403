import { codeOfText } from '../aggregate/hyperloglog.ts'
import type { Strings } from '../columns/strings.ts'
import { widened } from './widened.ts'

/** Caches the hash code of each text by its id, since SHA-256 takes as long as a hundred lookups. 4 bytes per text. */
export class StringCodes {
  readonly #strings: Strings
  /** 0 until the code is computed: no code is 0, since ranks begin at 1. */
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
    const cached = this.#codes[id]
    if (cached > 0) return cached
    const length = this.#strings.lengthOf(id)
    if (length > this.#text.length) this.#text = new Uint8Array(2 * length)
    this.#strings.copy(id, this.#text, 0)
    const code = codeOfText(this.#text.subarray(0, length))
    this.#codes[id] = code
    return code
  }
}
