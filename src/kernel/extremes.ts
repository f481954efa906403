import { limits } from '../base/limits.ts'
import type { Strings } from '../columns/strings.ts'
import { Arena, END, FROM, MARKS } from './arena.ts'
import { COLUMN, PartialColumns } from './chunk.ts'
import { Lost } from './lost.ts'
import { insertionPoint } from './order.ts'
import type { Chunk, Structure } from './structure.ts'
import { floorTo, type Windows } from './window.ts'

/**
 * `min` or `max`: one list of suffix extremes a key serves all windows.
 *
 * An event is kept only while no event at or after its tile is better or equal, so from oldest to newest values get
 * strictly worse, and the extreme of any suffix of time is the first entry in it. A late event is either dominated by
 * an entry at or after its tile, or removes the entries up to its tile that it dominates. Behind the entries is the end:
 * time +∞, no value. A mark for each window is its first entry; it may lag behind until the next read. Cost: amortised
 * O(1) an event and a window read.
 *
 * Values are kept times `sign`, so that less is better for `max` too; strings are compared by their text.
 */
export class Extremes implements Structure {
  readonly partials: readonly (readonly Float64Array[])[]
  readonly lost = new Lost()
  readonly #out: PartialColumns
  readonly #windows: Windows
  readonly #sign: 1 | -1
  readonly #isBetter: Better
  readonly #maxEntries: number
  /** Entries: tile, value. */
  readonly #arena: Arena

  /** `sign` is 1 for the least value, −1 for the greatest; `strings` is given if values are ids of strings. */
  constructor(windows: Windows, sign: 1 | -1, strings: Strings | undefined, maxEntries: number) {
    this.#windows = windows
    this.#arena = new Arena(2, windows.length)
    this.#sign = sign
    this.#isBetter = strings ? (left, right) => strings.compare(Math.abs(left), Math.abs(right)) * sign < 0 : isLess
    this.#maxEntries = Math.min(maxEntries, limits.ENTRIES_PER_KEY_MAX)
    this.#out = new PartialColumns(windows.length, 1)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.lost.bytes
  }

  /** Without the ends. */
  get entries(): number {
    return this.#arena.entries - this.#arena.lists
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.lost.grow(count)
  }

  run({ lane, reads, from, to, row, rows }: Chunk): void {
    const { slots, time, value, floor, skip } = lane
    const windows = this.#windows
    const sign = this.#sign
    const isBetter = this.#isBetter
    const flat = this.#out.flat
    const arena = this.#arena
    const { heads, stride } = arena
    let data = arena.data
    let event = from
    for (let i = 0; i <= rows; i++) {
      const known = i < rows ? reads.upto[row + i] : to
      for (; event < known; event++) {
        const slot = slots[event]
        if (slot < 0 || skip?.[event]) continue
        const tile = floorTo(time[event], windows.tile)
        if (windows.isPast(tile, floor[event])) continue
        if (arena.isFull(slot)) {
          this.#makeRoom(slot, floor[event])
          data = arena.data
        }
        const entries = insert(data, heads, stride, slot * stride, tile, value[event] * sign, isBetter)
        if (entries > this.#maxEntries) this.#limit(slot, floor[event])
      }
      if (i === rows) return
      const slot = reads.slots[row + i]
      if (slot < 0 || heads[slot * stride + END] === 0) this.#out.fillRow(i, NaN)
      else readWindows(data, heads, slot * stride, sign, windows, reads.clock[row + i], flat, i)
      if (this.lost.any && slot >= 0) this.lost.note(slot, i)
    }
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

type Better = (left: number, right: number) => boolean

const isLess: Better = (left, right) => left < right

/** Puts an event in its place unless it is dominated, and takes out what it dominates. Returns how many entries there are. */
function insert(
  data: Float64Array,
  heads: Int32Array,
  stride: number,
  head: number,
  tile: number,
  value: number,
  isBetter: Better,
): number {
  const oldest = heads[head + FROM]
  const end = heads[head + END] - 1
  // `at` is behind every entry up to the tile; the next entry, if any, is the best of what is later.
  const at = insertionPoint(data, 2, oldest, end, tile)
  if (at < end && !isBetter(value, data[at * 2 + 1])) return end - oldest
  if (at > oldest && data[at * 2 - 2] === tile && !isBetter(value, data[at * 2 - 1])) return end - oldest
  let first = at
  while (first > oldest && !isBetter(data[first * 2 - 1], value)) first--
  const moved = first + 1 - at
  if (moved !== 0) move(data, at, end, moved)
  data[first * 2] = tile
  data[first * 2 + 1] = value
  heads[head + END] = end + 1 + moved
  for (let mark = head + MARKS; mark < head + stride; mark++)
    if (heads[mark] > at) heads[mark] = heads[mark] + moved
    else if (heads[mark] > first) heads[mark] = first
  return end + moved - oldest
}

/** Moves the entries from index `at` to the end by `by`: one up, or down. */
function move(data: Float64Array, at: number, end: number, by: number): void {
  if (by > 0) for (let i = end * 2 + 1; i >= at * 2; i--) data[i + 2] = data[i]!
  else for (let i = at * 2; i <= end * 2 + 1; i++) data[i + 2 * by] = data[i]!
}

/** Moves the marks of a key's windows to clock `t`, and writes each window's extreme to `row`. */
function readWindows(
  data: Float64Array,
  heads: Int32Array,
  head: number,
  sign: number,
  windows: Windows,
  t: number,
  flat: Float64Array,
  row: number,
): void {
  let oldest = heads[head + END]
  for (let w = 0, out = row; w < windows.length; w++, out += COLUMN) {
    const start = windows.start(w, t)
    let tail = heads[head + MARKS + w]
    while (data[tail * 2] < start) tail++
    heads[head + MARKS + w] = tail
    if (tail < oldest) oldest = tail
    flat[out] = data[tail * 2 + 1] * sign
  }
  heads[head + FROM] = oldest
}
