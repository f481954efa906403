import { SpillwayError } from '../base/errors.ts'
import { assert } from '../base/assert.ts'
import { limits } from '../base/limits.ts'

const SMALLEST = 4

/**
 * Many short sorted lists in a few large typed arrays: one list a slot (a key), one array a column.
 *
 * A list is the entries [end − length, end) of its segment [base, base + capacity). It grows at the end, is cut at the
 * front, and rarely opens in the middle. When it reaches the end of its segment it slides down if half is free, and
 * otherwise moves to a segment twice as large; freed segments are kept by size for the next list. So appending is
 * amortised O(1) and a list's segment is at most four times its longest length.
 */
export class Arena {
  readonly columns: Float64Array[]
  base = new Int32Array(0)
  end = new Int32Array(0)
  length = new Int32Array(0)
  #capacity = new Int32Array(0)
  #used = 0
  readonly #free: number[][] = []

  constructor(width: number) {
    this.columns = Array.from({ length: width }, () => new Float64Array(1024))
  }

  /** Bytes held by the columns and the slots. */
  get bytes(): number {
    return this.columns.reduce((sum, column) => sum + column.byteLength, 0) + this.base.byteLength * 4
  }

  /** Makes room for slots 0 … count − 1. */
  grow(count: number): void {
    this.base = widened(this.base, count)
    this.end = widened(this.end, count)
    this.length = widened(this.length, count)
    this.#capacity = widened(this.#capacity, count)
  }

  /** Forgets the `count` oldest entries. */
  cut(slot: number, count: number): void {
    this.length[slot] = this.length[slot]! - count
  }

  /** Opens a place for one entry, at distance `after` from the end (0 appends), and returns its index in the columns. */
  open(slot: number, after: number): number {
    if (this.end[slot]! === this.base[slot]! + this.#capacity[slot]!) this.#makeRoom(slot)
    const end = this.end[slot]!
    const at = end - after
    if (after > 0) for (const column of this.columns) column.copyWithin(at + 1, at, end)
    this.end[slot] = end + 1
    this.length[slot] = this.length[slot]! + 1
    return at
  }

  /** Removes `count` entries that start at index `at`. */
  remove(slot: number, at: number, count: number): void {
    const end = this.end[slot]!
    assert(at >= end - this.length[slot]! && at + count <= end, 'entries to remove lie in the list')
    if (at + count < end) for (const column of this.columns) column.copyWithin(at, at + count, end)
    this.end[slot] = end - count
    this.length[slot] = this.length[slot]! - count
  }

  #makeRoom(slot: number): void {
    const capacity = this.#capacity[slot]!
    const length = this.length[slot]!
    const from = this.end[slot]! - length
    if (capacity > 0 && length <= capacity / 2) {
      for (const column of this.columns) column.copyWithin(this.base[slot]!, from, this.end[slot]!)
      this.end[slot] = this.base[slot]! + length
      return
    }
    const wanted = capacity === 0 ? SMALLEST : capacity * 2
    const base = this.#segment(wanted)
    for (const column of this.columns) column.copyWithin(base, from, this.end[slot]!)
    if (capacity > 0) (this.#free[sizeClass(capacity)] ??= []).push(this.base[slot]!)
    this.base[slot] = base
    this.end[slot] = base + length
    this.#capacity[slot] = wanted
  }

  #segment(capacity: number): number {
    const free = this.#free[sizeClass(capacity)]?.pop()
    if (free !== undefined) return free
    const base = this.#used
    this.#used += capacity
    if (this.#used > limits.ENTRIES_MAX)
      throw new SpillwayError('SPILL_LIMIT', `more than ${limits.ENTRIES_MAX} entries in one window structure (ENTRIES_MAX)`)
    let size = this.columns[0]!.length
    while (size < this.#used) size *= 2
    if (size > this.columns[0]!.length) this.columns.forEach((column, i) => (this.columns[i] = widened(column, size)))
    return base
  }
}

const sizeClass = (capacity: number): number => 31 - Math.clz32(capacity)

/** The same numbers in an array at least `length` long; grows by doubling, and is itself if already long enough. */
export function widened<T extends Float64Array | Int32Array | Uint8Array>(array: T, length: number): T {
  if (array.length >= length) return array
  const wider = new (array.constructor as new (length: number) => T)(Math.max(length, array.length * 2, 16))
  wider.set(array)
  return wider
}
