/**
 * Builds a dictionary: gives each distinct whole number a code 0, 1, 2 … in order of first occurrence.
 *
 * Open addressing in reused arrays, at most half full. `clear` costs as much as the capacity that it sets.
 */
export class DictionaryBuilder {
  /** Code + 1 by slot; 0 where the slot is empty. */
  #slots = new Int32Array(0)
  #numbers = new Int32Array(0)
  #mask = 0
  /** Number of codes. */
  count = 0

  /** Empties the dictionary and makes room for `capacity` distinct numbers. */
  clear(capacity: number): void {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, capacity * 2)))
    if (slots > this.#slots.length) {
      this.#slots = new Int32Array(slots)
      this.#numbers = new Int32Array(slots)
    } else this.#slots.fill(0, 0, slots)
    this.#mask = slots - 1
    this.count = 0
  }

  codeOf(number: number): number {
    const slots = this.#slots
    const numbers = this.#numbers
    const hash = Math.imul(number, 0x9e3779b1)
    for (let slot = (hash ^ (hash >>> 15)) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const code = slots[slot] - 1
      if (code >= 0 && numbers[code] === number) return code
      if (code >= 0) continue
      numbers[this.count] = number
      slots[slot] = this.count + 1
      return this.count++
    }
  }

  valueAt(code: number): number {
    return this.#numbers[code]
  }
}
