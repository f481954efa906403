/**
 * For each slot the row of least position, of those that were added to it and not removed.
 *
 * A leftist tree a slot (Crane 1972): a heap whose right spine is short, so that two are merged in O(log n). A removed row stays where it is until it would be
 * the first. 21 bytes a row, 4 a slot.
 */
const NONE = -1

export class FirstRows {
  readonly #position: Float64Array
  readonly #roots: Int32Array
  readonly #left: Int32Array
  readonly #right: Int32Array
  /** By row, how many rows its right spine has; no more than the logarithm of how many are below. */
  readonly #spine: Uint8Array
  readonly #removed: Uint8Array

  constructor(position: Float64Array, slots: number) {
    this.#position = position
    this.#roots = new Int32Array(slots).fill(NONE)
    this.#left = new Int32Array(position.length).fill(NONE)
    this.#right = new Int32Array(position.length).fill(NONE)
    this.#spine = new Uint8Array(position.length)
    this.#removed = new Uint8Array(position.length)
  }

  /** A row is added once. */
  add(slot: number, row: number): void {
    this.#spine[row] = 1
    this.#roots[slot] = this.#merged(this.#roots[slot], row)
  }

  remove(row: number): void {
    this.#removed[row] = 1
  }

  /** −1 if there is none. */
  of(slot: number): number {
    let root = this.#roots[slot]
    while (root !== NONE && this.#removed[root]) root = this.#merged(this.#left[root], this.#right[root])
    this.#roots[slot] = root
    return root
  }

  #merged(one: number, other: number): number {
    if (one === NONE) return other
    if (other === NONE) return one
    if (this.#position[other] < this.#position[one]) return this.#merged(other, one)
    const right = this.#merged(this.#right[one], other)
    const left = this.#left[one]
    const isShorter = this.#spineOf(left) < this.#spineOf(right)
    this.#left[one] = isShorter ? right : left
    this.#right[one] = isShorter ? left : right
    this.#spine[one] = this.#spineOf(this.#right[one]) + 1
    return one
  }

  #spineOf(row: number): number {
    return row === NONE ? 0 : this.#spine[row]
  }
}
