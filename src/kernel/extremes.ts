import { limits } from '../base/limits.ts'
import type { Strings } from '../columns/strings.ts'
import { Arena, END, FROM, MARKS } from './arena.ts'
import { Lost } from './lost.ts'
import { insertionPoint } from './order.ts'
import { COLUMN, PartialColumns } from './chunk.ts'
import type { Chunk, Lane, Structure } from './structure.ts'
import { floorTo, type Windows } from './window.ts'

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
  readonly #windows: Windows
  readonly #sign: 1 | -1
  readonly #strings: Strings | undefined
  readonly #maxEntries: number
  /** Entries: tile, value. */
  readonly #arena: Arena

  /** `sign` is 1 for the least value, −1 for the greatest; `strings` is given if values are ids of strings. */
  constructor(windows: Windows, sign: 1 | -1, strings: Strings | undefined, maxEntries: number) {
    this.#windows = windows
    this.#arena = new Arena(2, windows.length)
    this.#sign = sign
    this.#strings = strings
    this.#maxEntries = Math.min(maxEntries, limits.ENTRIES_PER_KEY_MAX)
    this.#out = new PartialColumns(windows.length, 1)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.lost.bytes
  }

  get entries(): number {
    return this.#arena.entries - this.#arena.lists
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.lost.grow(count)
  }

  run({ lane, reads, from, to, row, rows }: Chunk): void {
    const { slots, skip } = lane
    let event = from
    for (let i = 0; i <= rows; i++) {
      const end = i < rows ? reads.upto[row + i] : to
      for (; event < end; event++) if (slots[event] >= 0 && !skip?.[event]) this.#insert(lane, event)
      if (i < rows) this.#read(reads.slots[row + i], reads.clock[row + i], i)
    }
  }

  #insert(lane: Lane, event: number): void {
    const arena = this.#arena
    const slot = lane.slots[event]
    const value = lane.value[event] * this.#sign
    const tile = floorTo(lane.time[event], this.#windows.tile)
    if (this.#windows.isPast(tile, lane.floor[event])) return
    if (arena.isFull(slot)) this.#makeRoom(slot, lane.floor[event])
    const { data } = arena
    const from = arena.from(slot)
    const end = arena.end(slot) - 1
    // `at` is behind every entry up to the tile; the next entry, if any, is the best of what is later.
    const at = insertionPoint(data, 2, from, end, tile)
    if (at < end && !this.#better(value, data[at * 2 + 1])) return
    if (at > from && data[at * 2 - 2] === tile && !this.#better(value, data[at * 2 - 1])) return
    let first = at
    while (first > from && !this.#better(data[first * 2 - 1], value)) first--
    this.#replace(slot, first, at, end)
    data[first * 2] = tile
    data[first * 2 + 1] = value
    if (end - from >= this.#maxEntries) this.#limit(slot, lane.floor[event])
  }

  #read(slot: number, t: number, row: number): void {
    const { heads, data, stride } = this.#arena
    const windows = this.#windows
    const flat = this.#out.flat
    const head = slot * stride
    const end = slot < 0 ? -1 : heads[head + END] - 1
    if (end < 0) return this.#out.fillRow(row, NaN)
    let oldest = end
    for (let w = 0; w < windows.length; w++) {
      const start = windows.start(w, t)
      let tail = heads[head + MARKS + w]
      while (data[tail * 2] < start) tail++
      heads[head + MARKS + w] = tail
      if (tail < oldest) oldest = tail
      flat[w * COLUMN + row] = data[tail * 2 + 1] * this.#sign
    }
    heads[head + FROM] = oldest
    if (this.lost.any) this.lost.note(slot, row)
  }

  #better(left: number, right: number): boolean {
    if (this.#strings === undefined) return left < right
    return this.#strings.compare(Math.abs(left), Math.abs(right)) * this.#sign < 0
  }

  /** Makes one place at index `first` of the entries from there to before `at`: of none, by moving what is later. */
  #replace(slot: number, first: number, at: number, end: number): void {
    const { heads, data, stride } = this.#arena
    const head = slot * stride
    const moved = first + 1 - at
    heads[head + END] = end + 1 + moved
    if (moved === 1) for (let i = end * 2 + 1; i >= at * 2; i--) data[i + 2] = data[i]!
    else if (moved < 0) data.copyWithin((at + moved) * 2, at * 2, (end + 1) * 2)
    for (let mark = head + MARKS; mark < head + stride; mark++)
      if (heads[mark] > at) heads[mark] = heads[mark] + moved
      else if (heads[mark] > first) heads[mark] = first
  }

  #makeRoom(slot: number, floor: number): void {
    const arena = this.#arena
    const isNew = arena.length(slot) === 0
    arena.makeRoom(slot, this.#windows, floor)
    if (!isNew) return
    const end = arena.open(slot, 0) * 2
    arena.data[end] = Infinity
    arena.data[end + 1] = NaN
  }

  /**
   * Forgets what is outside every window. If more than `maxEntries` are left, the best goes; a window that reaches it is
   * refused, since what it dominated is gone too.
   */
  #limit(slot: number, floor: number): void {
    const arena = this.#arena
    arena.forget(slot, this.#windows.reach(floor))
    const from = arena.from(slot)
    if (arena.end(slot) - 1 - from <= this.#maxEntries) return
    this.lost.lose(slot, arena.data[from * 2])
    arena.cut(slot, from + 1)
  }
}
