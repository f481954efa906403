/**
 * Numbers and the slots they have, for keys and ids that are numbers.
 *
 * An open-addressing table, at most half full, in which a number and its slot stand together, since they are looked at together, anywhere: 32 to 64 bytes a number.
 * Three million numbers of 53 bits, each put and found, take 0.9 s of processor time; one by one, each look waiting for the one before, 1.3 s; in a `Map`, which holds a number beyond 31 bits as an object
 * of its own, three times that.
 */
import { hashed } from '../columns/row-index.ts'

/** Not where it is looked for first. */
export const ELSEWHERE = -2

export class NumberSlots {
  /** By place two: a number, and one more than its slot; 0 where nothing stands. */
  #table = new Float64Array(2 * 16)
  #count = 0

  /** The slot of a number, −1 if it has none. */
  get(number: number): number {
    return this.#table[this.#placeOf(number) + 1] - 1
  }

  /** Gives a number its slot, another than before if it has one. */
  set(number: number, slot: number): void {
    let place = this.#placeOf(number)
    if (this.#table[place + 1] === 0) {
      if (4 * ++this.#count > this.#table.length) {
        this.#growTo(2 * this.#table.length)
        place = this.#placeOf(number)
      }
      this.#table[place] = number
    }
    this.#table[place + 1] = slot + 1
  }

  /** Makes room for so many at once, rather than by and by, each time moving all. */
  expect(count: number): void {
    let length = this.#table.length
    while (4 * count > length) length *= 2
    if (length > this.#table.length) this.#growTo(length)
  }

  /**
   * Writes the slots of numbers [from, to) that stand where they are looked for first, ELSEWHERE for others. No look waits for the one before, as those do that follow a number to its place, so that the memory of
   * many is on its way at once.
   */
  firstLooks(numbers: ArrayLike<number>, from: number, to: number, slots: Int32Array): void {
    const table = this.#table
    for (let i = from; i < to; i++) {
      const home = homeOf(numbers[i], table.length)
      slots[i] = table[home] === numbers[i] && table[home + 1] > 0 ? table[home + 1] - 1 : ELSEWHERE
    }
  }

  #placeOf(number: number): number {
    const table = this.#table
    const mask = table.length - 1
    let place = homeOf(number, table.length)
    while (table[place + 1] !== 0 && table[place] !== number) place = (place + 2) & mask
    return place
  }

  #growTo(length: number): void {
    const old = this.#table
    this.#table = new Float64Array(length)
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue
      const place = this.#placeOf(old[from])
      this.#table[place] = old[from]
      this.#table[place + 1] = old[from + 1]
    }
  }
}

/** Where a number stands, unless others stood there before. */
function homeOf(number: number, length: number): number {
  const hash = hashed(0, number)
  return ((hash ^ (hash >>> 13)) << 1) & (length - 1)
}
