/**
 * Finds, for each slot, the least row, in a given order, among the rows that were added and not removed.
 *
 * One leftist tree per slot (Crane 1972): a heap with a short right spine, so two heaps merge in O(log n). A removed row stays until
 * it would be first. 21 bytes per row, 4 per slot.
 */
const NONE = -1

/** The first row of each slot. */
export class FirstRows {
  readonly #order: Float64Array
  readonly #roots: Int32Array
  readonly #left: Int32Array
  readonly #right: Int32Array
  /** By row, the length of its right spine: at most the logarithm of the rows below. */
  readonly #spine: Uint8Array
  readonly #removed: Uint8Array

  /** `order` has a number by row, such as its source position or time. */
  constructor(order: Float64Array, slots: number) {
    this.#order = order
    this.#roots = new Int32Array(slots).fill(NONE)
    this.#left = new Int32Array(order.length).fill(NONE)
    this.#right = new Int32Array(order.length).fill(NONE)
    this.#spine = new Uint8Array(order.length)
    this.#removed = new Uint8Array(order.length)
  }

  /** Adds a row, once. */
  add(slot: number, row: number): void {
    this.#spine[row] = 1
    this.#roots[slot] = this.#merge(this.#roots[slot], row)
  }

  /** Removes a row. */
  remove(row: number): void {
    this.#removed[row] = 1
  }

  /** The first row of a slot, −1 if there is none. */
  of(slot: number): number {
    let root = this.#roots[slot]
    while (root !== NONE && this.#removed[root]) root = this.#merge(this.#left[root], this.#right[root])
    this.#roots[slot] = root
    return root
  }

  #merge(first: number, second: number): number {
    if (first === NONE) return second
    if (second === NONE) return first
    if (this.#order[second] < this.#order[first]) return this.#merge(second, first)
    const right = this.#merge(this.#right[first], second)
    const left = this.#left[first]
    const isShorter = this.#spineOf(left) < this.#spineOf(right)
    this.#left[first] = isShorter ? right : left
    this.#right[first] = isShorter ? left : right
    this.#spine[first] = this.#spineOf(this.#right[first]) + 1
    return first
  }

  #spineOf(row: number): number {
    return row === NONE ? 0 : this.#spine[row]
  }
}
