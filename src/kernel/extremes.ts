import { limits } from '../base/limits.ts'
import type { Strings } from '../columns/strings.ts'
import { Arena } from './arena.ts'
import { Lost } from './lost.ts'
import { firstFrom, insertionPoint } from './order.ts'
import { CHUNK, PartialColumns, type Lane, type Structure } from './structure.ts'
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

  grow(count: number): void {
    this.#arena.grow(count)
    this.lost.grow(count)
  }

  insert(lane: Lane, event: number): void {
    const slot = lane.slots[event]!
    const value = lane.value[event]! * this.#sign
    const tile = floorTo(lane.time[event]!, this.#hop)
    const start = floorTo(lane.floor[event]! - this.#spans[this.#spans.length - 1]!, this.#hop)
    if (tile < start) return
    const arena = this.#arena
    const from = this.#forget(slot, start)
    const end = arena.end[slot]!
    const times = arena.columns[0]!
    const values = arena.columns[1]!
    // `at` is behind every entry up to the tile; the next entry, if any, is the best of what is later.
    const at = insertionPoint(times, from, end, tile)
    if (at < end && !this.#better(value, values[at]!)) return
    if (at > from && times[at - 1] === tile && !this.#better(value, values[at - 1]!)) return
    let first = at
    while (first > from && !this.#better(values[first - 1]!, value)) first--
    if (first < at) {
      times[first] = tile
      values[first] = value
      if (at - first > 1) arena.remove(slot, first + 1, at - first - 1)
      return
    }
    const place = arena.open(slot, end - at)
    arena.columns[0]![place] = tile
    arena.columns[1]![place] = value
    if (arena.length[slot]! > this.#maxEntries) this.#forgetOldest(slot)
  }

  read(slot: number, t: number, row: number): void {
    const spans = this.#spans
    const hop = this.#hop
    const flat = this.#out.flat
    const longest = spans.length - 1
    let at = this.#forget(slot, floorTo(t - spans[longest]!, hop))
    const end = this.#arena.end[slot]!
    const times = this.#arena.columns[0]!
    const values = this.#arena.columns[1]!
    for (let w = longest; w >= 0; w--) {
      if (w < longest) {
        const start = floorTo(t - spans[w]!, hop)
        if (at < end && times[at]! < start) at = firstFrom(times, at + 1, end, start)
      }
      flat[w * CHUNK + row] = at < end ? values[at]! * this.#sign : NaN
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
    const end = arena.end[slot]!
    const from = end - arena.length[slot]!
    const times = arena.columns[0]!
    if (from === end || times[from]! >= start) return from
    const oldest = firstFrom(times, from + 1, end, start)
    arena.cut(slot, oldest - from)
    return oldest
  }

  /** The best entry goes; a window that reaches it is refused, since what it dominated is gone too. */
  #forgetOldest(slot: number): void {
    this.lost.lose(slot, this.#arena.columns[0]![this.#arena.end[slot]! - this.#arena.length[slot]!]!)
    this.#arena.cut(slot, 1)
  }
}
