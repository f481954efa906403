import { limits } from '../base/limits.ts'
import type { Strings } from '../columns/strings.ts'
import { Arena } from './arena.ts'
import { Lost } from './lost.ts'
import { firstFrom, insertionPoint } from './order.ts'
import { COLUMN, PartialColumns, type Lane, type Structure } from './structure.ts'
import { floorTo } from './window.ts'

/**
 * `min` or `max`: one list of suffix extremes a key serves all windows.
 *
 * An event is kept only while no event at or after its tile is better or equal, so from oldest to newest values get
 * strictly worse, and the extreme of any suffix of time is the first entry in it. A late event is either dominated by
 * an entry at or after its tile, or removes the entries up to its tile that it dominates. Cost: amortised O(1) an
 * event, O(log entries) a window read.
 *
 * Values are kept times `sign`, so that less is better for `max` too; strings are compared by their text.
 */
export class Extremes implements Structure {
  readonly partials: readonly (readonly Float64Array[])[]
  readonly lost = new Lost()
  readonly #out: PartialColumns
  /** Ascending, ms. */
  readonly #spans: Float64Array
  readonly #hop: number
  readonly #sign: 1 | -1
  readonly #strings: Strings | undefined
  readonly #maxEntries: number
  readonly #arena = new Arena(2)

  /** `sign` is 1 for the least value, −1 for the greatest; `strings` is given if values are ids of strings. */
  constructor(spans: readonly number[], hop: number, sign: 1 | -1, strings: Strings | undefined, maxEntries: number) {
    this.#spans = Float64Array.from(spans)
    this.#hop = hop
    this.#sign = sign
    this.#strings = strings
    this.#maxEntries = Math.min(maxEntries, limits.ENTRIES_PER_KEY_MAX)
    this.#out = new PartialColumns(spans.length, 1)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.lost.bytes
  }

  get entries(): number {
    return this.#arena.entries
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.lost.grow(count)
  }

  insert(lane: Lane, event: number): void {
    const slot = lane.slots[event]
    const value = lane.value[event] * this.#sign
    const tile = floorTo(lane.time[event], this.#hop)
    const start = floorTo(lane.floor[event] - this.#spans[this.#spans.length - 1], this.#hop)
    if (tile < start) return
    const arena = this.#arena
    const from = this.#forget(slot, start)
    const end = arena.end(slot)
    const { data } = arena
    // `at` is behind every entry up to the tile; the next entry, if any, is the best of what is later.
    const at = insertionPoint(data, 2, from, end, tile)
    if (at < end && !this.#better(value, data[at * 2 + 1])) return
    if (at > from && data[at * 2 - 2] === tile && !this.#better(value, data[at * 2 - 1])) return
    let first = at
    while (first > from && !this.#better(data[first * 2 - 1], value)) first--
    if (first < at) {
      data[first * 2] = tile
      data[first * 2 + 1] = value
      if (at - first > 1) arena.remove(slot, first + 1, at - first - 1)
      return
    }
    const entry = arena.open(slot, end - at) * 2
    arena.data[entry] = tile
    arena.data[entry + 1] = value
    if (arena.length(slot) > this.#maxEntries) this.#forgetOldest(slot)
  }

  read(slot: number, t: number, row: number): void {
    const spans = this.#spans
    const hop = this.#hop
    const flat = this.#out.flat
    const longest = spans.length - 1
    let at = this.#forget(slot, floorTo(t - spans[longest], hop))
    const end = this.#arena.end(slot)
    const { data } = this.#arena
    for (let w = longest; w >= 0; w--) {
      if (w < longest) {
        const start = floorTo(t - spans[w], hop)
        if (at < end && data[at * 2] < start) at = firstFrom(data, 2, at + 1, end, start)
      }
      flat[w * COLUMN + row] = at < end ? data[at * 2 + 1] * this.#sign : NaN
    }
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, NaN)
  }

  #better(left: number, right: number): boolean {
    if (this.#strings === undefined) return left < right
    return this.#strings.compare(Math.abs(left), Math.abs(right)) * this.#sign < 0
  }

  /** Forgets what is before `start`, the start of the longest window, and returns the index of the oldest entry left. */
  #forget(slot: number, start: number): number {
    const arena = this.#arena
    const end = arena.end(slot)
    const from = end - arena.length(slot)
    if (from === end || arena.data[from * 2] >= start) return from
    const oldest = firstFrom(arena.data, 2, from + 1, end, start)
    arena.keep(slot, end - oldest)
    return oldest
  }

  /** The best entry goes; a window that reaches it is refused, since what it dominated is gone too. */
  #forgetOldest(slot: number): void {
    const length = this.#arena.length(slot)
    this.lost.lose(slot, this.#arena.data[(this.#arena.end(slot) - length) * 2])
    this.#arena.keep(slot, length - 1)
  }
}
