/**
 * Whole numbers from 0 on by the order in which they were first seen: 0, 1, 2 … for each that is new.
 *
 * Open addressing in arrays that are used again, at most half full. What was seen is forgotten by `clear`, which touches as much as may be seen after it.
 */
export class FirstSeen {
  /** Places from 1, or 0. */
  #places = new Int32Array(0)
  #numbers = new Int32Array(0)
  #mask = 0
  /** How many there are. */
  count = 0

  /** Begins anew, for at most so many. */
  clear(most: number): void {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, most * 2)))
    if (slots > this.#places.length) {
      this.#places = new Int32Array(slots)
      this.#numbers = new Int32Array(slots)
    } else this.#places.fill(0, 0, slots)
    this.#mask = slots - 1
    this.count = 0
  }

  placeOf(number: number): number {
    const places = this.#places
    const numbers = this.#numbers
    const hash = Math.imul(number, 0x9e3779b1)
    for (let slot = (hash ^ (hash >>> 15)) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const place = places[slot] - 1
      if (place >= 0 && numbers[place] === number) return place
      if (place >= 0) continue
      numbers[this.count] = number
      places[slot] = this.count + 1
      return this.count++
    }
  }

  numberAt(place: number): number {
    return this.#numbers[place]
  }
}
