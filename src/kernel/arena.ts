import { SpillwayError, assert, limits } from '../base/index.ts'
import { restoreError, type StateReader, type StateWriter } from './state.ts'
import { ensureCapacity } from '../columns/index.ts'
import type { Windows } from './window.ts'

const SMALLEST = 4
const BASE = 0
const CAPACITY = 1
/** Offset in a list's head of the index of its oldest entry. */
export const FROM = 2
/** Offset in a list's head of the index after its newest entry. */
export const END = 3
/** Offset in a list's head of its first mark. */
export const MARKS = 4

/**
 * Stores many short sorted lists in one typed array, one list per slot (key). An entry is `width` doubles, and the first is the time
 * that sorts the list.
 *
 * A list is the entries [from, end) of its segment [base, base + capacity); entry i starts at `data[i · width]`. A list grows at its
 * end, is cut at its front, and rarely opens in the middle. At the end of its segment it slides down if half of the segment is free,
 * and otherwise moves to a segment twice as large. Freed segments are kept by size for the next list.
 *
 * A list's head holds these numbers and `marks`: entry indices that move with the entries.
 *
 * Cost: appending is amortised O(1), and a segment is at most four times its list's longest length. On random keys the cost is cache
 * misses, so the numbers of a head are neighbours, and so are those of an entry.
 */
export class Arena {
  readonly width: number
  /** Numbers per head: head `slot` starts at `slot · stride`. */
  readonly stride: number
  data: Float64Array
  heads = new Int32Array(0)
  #used = 0
  readonly #free: number[][] = []
  /** The sentinel that ends a list, which is not an entry. It sorts after every entry, so a search for a time always finds something. */
  readonly #end: readonly number[] | undefined

  constructor(width: number, marks = 0, end?: readonly number[]) {
    this.width = width
    this.stride = MARKS + marks
    this.data = new Float64Array(1024 * width)
    this.#end = end
  }

  /** Bytes held by entries and heads. */
  get bytes(): number {
    return this.data.byteLength + this.heads.byteLength
  }

  /** Entries of all lists without sentinels. For tests and reports: it visits every slot. */
  get entries(): number {
    let sum = this.#end ? -this.lists : 0
    for (let head = 0; head + this.stride <= this.heads.length; head += this.stride) sum += this.heads[head + END] - this.heads[head + FROM]
    return sum
  }

  /** Slots that have a list. */
  get lists(): number {
    let lists = 0
    for (let head = 0; head + this.stride <= this.heads.length; head += this.stride) if (this.heads[head + CAPACITY] > 0) lists++
    return lists
  }

  /** Ensures room for slots 0 … count − 1. */
  grow(count: number): void {
    this.heads = ensureCapacity(this.heads, count * this.stride)
  }

  from(slot: number): number {
    return this.heads[slot * this.stride + FROM]
  }

  /** The index after the newest entry. */
  end(slot: number): number {
    return this.heads[slot * this.stride + END]
  }

  length(slot: number): number {
    const head = slot * this.stride
    return this.heads[head + END] - this.heads[head + FROM]
  }

  /** Entries of a started list, without its sentinel. */
  entriesOf(slot: number): number {
    return this.length(slot) - (this.#end ? 1 : 0)
  }

  /** Is the segment full after the newest entry? */
  isFull(slot: number): boolean {
    const head = slot * this.stride
    return this.heads[head + END] === this.heads[head + BASE] + this.heads[head + CAPACITY]
  }

  /** Drops the entries before index `from`. */
  cut(slot: number, from: number): void {
    const { heads, stride } = this
    const head = slot * stride
    heads[head + FROM] = from
    for (let mark = head + MARKS; mark < head + stride; mark++) if (heads[mark] < from) heads[mark] = from
  }

  /** Opens a place for one entry with `after` entries behind it (0 appends), and returns its index. Does not move marks. */
  open(slot: number, after: number): number {
    if (this.isFull(slot)) this.#move(slot)
    const end = this.end(slot)
    const { width } = this
    if (after > 0) this.data.copyWithin((end - after + 1) * width, (end - after) * width, end * width)
    this.heads[slot * this.stride + END] = end + 1
    return end - after
  }

  /** Removes `count` entries from index `entry` on. Does not move marks. */
  remove(slot: number, entry: number, count: number): void {
    const { width } = this
    const end = this.end(slot)
    assert(entry >= this.from(slot) && entry + count <= end, 'entries to remove lie in the list')
    this.data.copyWithin(entry * width, (entry + count) * width, end * width)
    this.heads[slot * this.stride + END] = end - count
  }

  /**
   * Makes room for at least one more entry at the end of a full list. It drops entries before every window's start at `asOf`,
   * then entries at which no window can start, and only then moves the list.
   */
  makeRoom(slot: number, windows: Windows, asOf: number): void {
    this.forget(slot, windows.reach(asOf))
    if (windows.hasMixedTiles) this.#thin(slot, windows, asOf)
    const isNew = this.length(slot) === 0
    this.#move(slot)
    if (isNew && this.#end) this.data.set(this.#end, this.open(slot, 0) * this.width)
  }

  /** Drops the entries before `start`. */
  forget(slot: number, start: number): void {
    const { data, width } = this
    const end = this.end(slot)
    let from = this.from(slot)
    while (from < end && data[from * width] < start) from++
    this.cut(slot, from)
  }

  /**
   * Keeps the oldest entry, and each entry where a window can start between it and its predecessor. A mark moves to the next kept
   * entry.
   */
  #thin(slot: number, windows: Windows, asOf: number): void {
    const { heads, data, width } = this
    const head = slot * this.stride
    const from = heads[head + FROM]
    const end = heads[head + END]
    const marks = heads.slice(head + MARKS, head + this.stride)
    let next = from
    let earlier = NaN
    for (let entry = from; entry < end; entry++) {
      for (let mark = 0; mark < marks.length; mark++) if (marks[mark] === entry) heads[head + MARKS + mark] = next
      const time = data[entry * width]
      if (entry === from || windows.canStartBetween(earlier, time, asOf)) {
        if (next < entry) data.copyWithin(next * width, entry * width, (entry + 1) * width)
        next++
      }
      earlier = time
    }
    heads[head + END] = next
  }

  /** Writes a list independently of its place in memory: its length, its marks relative to its first entry, its entries. */
  save(slot: number, to: StateWriter): void {
    const { heads, data, width, stride } = this
    const head = slot * stride
    const from = heads[head + FROM]
    const length = heads[head + END] - from
    to.count(length)
    if (length === 0) return
    for (let mark = head + MARKS; mark < head + stride; mark++) to.count(heads[mark] - from)
    to.numbers(data, from * width, length * width)
  }

  /** Reads what `save` wrote into a slot without a list. Throws `SPILL_STATE` unless it is an ordered list of this arena's shape. */
  load(slot: number, from: StateReader): void {
    const { width, stride } = this
    const head = slot * stride
    const length = from.count(from.maxEntriesLeft(width))
    if (length === 0) return
    const capacity = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(length)))
    const base = this.#segment(capacity)
    const { heads, data } = this
    heads[head + BASE] = base
    heads[head + CAPACITY] = capacity
    heads[head + FROM] = base
    heads[head + END] = base + length
    const last = this.#end ? length - 1 : length
    for (let mark = head + MARKS; mark < head + stride; mark++) heads[mark] = base + from.count(last)
    from.numbers(data, base * width, length * width)
    for (let entry = base + 1; entry < base + length; entry++)
      if (!(data[(entry - 1) * width] <= data[entry * width])) throw restoreError('the entries of a list are not in order of time')
    if (this.#end && data[(base + length - 1) * width] !== Infinity) throw restoreError('a list has no sentinel')
  }

  /** Resets a list to its initial state and frees its segment. */
  clear(slot: number): void {
    const head = slot * this.stride
    const capacity = this.heads[head + CAPACITY]
    if (capacity > 0) (this.#free[sizeClass(capacity)] ??= []).push(this.heads[head + BASE])
    this.heads.fill(0, head, head + this.stride)
  }

  /** Slides a list to the beginning of its segment, or moves it to a segment twice as large. */
  #move(slot: number): void {
    const { heads, width } = this
    const head = slot * this.stride
    const capacity = heads[head + CAPACITY]
    const from = heads[head + FROM]
    const length = heads[head + END] - from
    let base = heads[head + BASE]
    if (capacity === 0 || length > capacity / 2) {
      const larger = capacity === 0 ? SMALLEST : capacity * 2
      base = this.#segment(larger)
      if (capacity > 0) (this.#free[sizeClass(capacity)] ??= []).push(heads[head + BASE])
      heads[head + BASE] = base
      heads[head + CAPACITY] = larger
    }
    this.data.copyWithin(base * width, from * width, (from + length) * width)
    heads[head + FROM] = base
    heads[head + END] = base + length
    for (let mark = head + MARKS; mark < head + this.stride; mark++) heads[mark] += base - from
  }

  #segment(capacity: number): number {
    const free = this.#free[sizeClass(capacity)]?.pop()
    if (free !== undefined) return free
    const base = this.#used
    this.#used += capacity
    if (this.#used > limits.ENTRIES_MAX)
      throw new SpillwayError('SPILL_LIMIT', `more than ${limits.ENTRIES_MAX} entries in one window structure (ENTRIES_MAX)`)
    this.data = ensureCapacity(this.data, this.#used * this.width)
    return base
  }
}

const sizeClass = (capacity: number): number => 31 - Math.clz32(capacity)
