import { SpillwayError } from '../base/errors.ts'
import { assert } from '../base/assert.ts'
import { limits } from '../base/limits.ts'

const SMALLEST = 4
const BASE = 0
const END = 1
const LENGTH = 2
const CAPACITY = 3

/**
 * Many short lists in one large typed array: a list a slot (a key), entries of `width` doubles, the first being a time by
 * which the list is sorted.
 *
 * A list is the entries [end − length, end) of its segment [base, base + capacity); entry i is `data[i · width …]`. It
 * grows at the end, is cut at the front, and rarely opens in the middle. When it reaches the end of its segment it slides
 * down if half is free, and otherwise moves to a segment twice as large; freed segments are kept by size for the next
 * list. So appending is amortised O(1) and a segment is at most four times its list's longest length. A slot's numbers
 * are neighbours and so are an entry's: on random keys the cost is cache misses, one for each.
 */
export class Arena {
  readonly width: number
  data: Float64Array
  #slots = new Int32Array(0)
  #used = 0
  readonly #free: number[][] = []

  constructor(width: number) {
    this.width = width
    this.data = new Float64Array(1024 * width)
  }

  /** Bytes held by entries and slots. */
  get bytes(): number {
    return this.data.byteLength + this.#slots.byteLength
  }

  /** Entries of all lists. For tests and reports: looks at every slot. */
  get entries(): number {
    let sum = 0
    for (let at = LENGTH; at < this.#slots.length; at += 4) sum += this.#slots[at]
    return sum
  }

  /** Makes room for slots 0 … count − 1. */
  grow(count: number): void {
    this.#slots = widened(this.#slots, count * 4)
  }

  /** The index behind the newest entry. */
  end(slot: number): number {
    return this.#slots[slot * 4 + END]
  }

  length(slot: number): number {
    return this.#slots[slot * 4 + LENGTH]
  }

  /** Forgets all but the newest `length` entries. */
  keep(slot: number, length: number): void {
    this.#slots[slot * 4 + LENGTH] = length
  }

  /** Opens a place for one entry with `after` entries behind it (0 appends), and returns its index. */
  open(slot: number, after: number): number {
    const slots = this.#slots
    const at = slot * 4
    if (slots[at + END] === slots[at + BASE] + slots[at + CAPACITY]) this.#makeRoom(at)
    const end = slots[at + END]
    const { width } = this
    if (after > 0) this.data.copyWithin((end - after + 1) * width, (end - after) * width, end * width)
    slots[at + END] = end + 1
    slots[at + LENGTH] = slots[at + LENGTH] + 1
    return end - after
  }

  /** Removes `count` entries that start at index `entry`. */
  remove(slot: number, entry: number, count: number): void {
    const { width } = this
    const end = this.end(slot)
    const length = this.length(slot)
    assert(entry >= end - length && entry + count <= end, 'entries to remove lie in the list')
    if (entry + count < end) this.data.copyWithin(entry * width, (entry + count) * width, end * width)
    this.#slots[slot * 4 + END] = end - count
    this.#slots[slot * 4 + LENGTH] = length - count
  }

  #makeRoom(at: number): void {
    const slots = this.#slots
    const { width } = this
    const capacity = slots[at + CAPACITY]
    const length = slots[at + LENGTH]
    const end = slots[at + END]
    let base = slots[at + BASE]
    if (capacity === 0 || length > capacity / 2) {
      base = this.#segment(capacity === 0 ? SMALLEST : capacity * 2)
      if (capacity > 0) (this.#free[sizeClass(capacity)] ??= []).push(slots[at + BASE])
      slots[at + CAPACITY] = capacity === 0 ? SMALLEST : capacity * 2
      slots[at + BASE] = base
    }
    this.data.copyWithin(base * width, (end - length) * width, end * width)
    slots[at + END] = base + length
  }

  #segment(capacity: number): number {
    const free = this.#free[sizeClass(capacity)]?.pop()
    if (free !== undefined) return free
    const base = this.#used
    this.#used += capacity
    if (this.#used > limits.ENTRIES_MAX)
      throw new SpillwayError('SPILL_LIMIT', `more than ${limits.ENTRIES_MAX} entries in one window structure (ENTRIES_MAX)`)
    this.data = widened(this.data, this.#used * this.width)
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
