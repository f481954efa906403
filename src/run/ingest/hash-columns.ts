import { growArray } from '../../columns/index.ts'
import type { Hash64 } from '../../base/index.ts'
import type { IdHashes } from '../../log/index.ts'

const FIRST_CAPACITY = 1024

/** Growable columns of the hashes of accepted rows, in the format of the log: zeros if a row has no hash. */
export class HashColumns {
  #high = new Int32Array(FIRST_CAPACITY)
  #low = new Int32Array(FIRST_CAPACITY)
  #length = 0

  push({ high, low }: Hash64): void {
    if (this.#length === this.#high.length) {
      this.#high = growArray(this.#high, this.#length * 2)
      this.#low = growArray(this.#low, this.#length * 2)
    }
    this.#high[this.#length] = high
    this.#low[this.#length] = low
    this.#length++
  }

  clear(): void {
    this.#length = 0
  }

  /** Valid until `clear`, or the next `push`. */
  get columns(): IdHashes {
    return { high: this.#high.subarray(0, this.#length), low: this.#low.subarray(0, this.#length) }
  }
}
