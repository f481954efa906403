import type { Strings } from '../columns/index.ts'
import { Arena, END, FROM, MARKS } from './arena.ts'
import { COLUMN_STRIDE, PartialColumns } from './chunk.ts'
import { insertionPoint } from './order.ts'
import { restoreError, type StateReader } from './state.ts'
import { Structure, type StructureInput } from './structure.ts'
import { tileStart, type Windows } from './window.ts'

/**
 * Keeps `min` or `max`: one list of suffix extremes per key serves all windows.
 *
 * An event stays only while no event in its tile or later is better or equal. So values get strictly worse from oldest to newest, and
 * the extreme of any suffix is its first entry. A late event is either dominated by an entry of its tile or later, or it removes the
 * entries up to its tile that it dominates. The list ends with a sentinel: time +∞, no value. Each window has a mark at its first
 * entry, which may lag until the next read.
 *
 * Cost: amortised O(1) per event and window read.
 *
 * Values are stored times `sign`, so that less is better for `max` too. Strings are compared by their text.
 */
export class Extremes extends Structure {
  readonly #windows: Windows
  readonly #sign: 1 | -1
  readonly #isBetter: Better
  readonly #maxEntries: number
  readonly #strings: Strings | undefined

  /** `sign` is 1 for the least value, −1 for the greatest. `strings` is given if values are string ids. */
  constructor(windows: Windows, sign: 1 | -1, strings: Strings | undefined, maxEntries: number) {
    // An entry is its tile and its value.
    super(new Arena(2, windows.length, [Infinity, NaN]), new PartialColumns(windows.length, 1, NaN))
    this.#windows = windows
    this.#sign = sign
    this.#strings = strings
    this.#isBetter = strings ? (left, right) => strings.compare(Math.abs(left), Math.abs(right)) * sign < 0 : isLess
    this.#maxEntries = maxEntries
  }

  insert({ slots, time, value, watermark }: StructureInput, event: number): void {
    const arena = this.arena
    const windows = this.#windows
    const slot = slots[event]
    const tile = tileStart(time[event], windows.tileWidth)
    if (windows.isPast(tile, watermark[event])) return
    if (arena.isFull(slot)) arena.makeRoom(slot, windows, watermark[event])
    const entries = this.#insertOrdered(slot, tile, value[event] * this.#sign)
    // The best entry is lost first. A window that reaches it is rejected, since the values that it dominated are gone too.
    if (entries > this.#maxEntries) this.truncations.truncate(arena, slot, this.#maxEntries, windows.reach(watermark[event]))
  }

  read(slot: number, asOf: number, row: number): void {
    const { heads, data, stride } = this.arena
    const windows = this.#windows
    const flat = this.out.flat
    const head = slot * stride
    let oldest = heads[head + END]
    if (oldest === 0) return this.readNothing(row)
    for (let w = 0, out = row; w < windows.length; w++, out += COLUMN_STRIDE) {
      const start = windows.start(w, asOf)
      let first = heads[head + MARKS + w]
      while (data[first * 2] < start) first++
      heads[head + MARKS + w] = first
      if (first < oldest) oldest = first
      flat[out] = data[first * 2 + 1] * this.#sign
    }
    heads[head + FROM] = oldest
  }

  merge(snapshot: this, row: number): void {
    const { flat } = this.out
    const other = snapshot.out.flat
    for (let at = row; at < flat.length; at += COLUMN_STRIDE) {
      const value = other[at]
      if (Number.isNaN(flat[at]) || (!Number.isNaN(value) && this.#isBetter(value * this.#sign, flat[at] * this.#sign))) flat[at] = value
    }
  }

  override load(slot: number, from: StateReader): void {
    super.load(slot, from)
    if (!this.#strings) return
    const { data } = this.arena
    for (let at = this.arena.from(slot) * 2 + 1; at < this.arena.end(slot) * 2 - 2; at += 2) {
      // For `max` an id is stored with the sign, also if it is 0.
      if (from.translates) data[at] = from.idOf(Math.abs(data[at])) * this.#sign
      if (!this.#strings.has(Math.abs(data[at]))) throw restoreError('an extreme is an unknown string')
    }
  }

  /** Inserts an event unless it is dominated, and removes the entries that it dominates. Returns the number of entries. */
  #insertOrdered(slot: number, tile: number, value: number): number {
    const { heads, data, stride } = this.arena
    const isBetter = this.#isBetter
    const head = slot * stride
    const oldest = heads[head + FROM]
    const end = heads[head + END] - 1
    // `at` is after every entry up to the tile. The entry at `at`, if any, is the best of the later ones.
    const at = insertionPoint(data, 2, oldest, end, tile)
    // A later entry is as good.
    if (at < end && !isBetter(value, data[at * 2 + 1])) return end - oldest
    // The entry of the same tile is as good.
    const previous = at - 1
    if (at > oldest && data[previous * 2] === tile && !isBetter(value, data[previous * 2 + 1])) return end - oldest
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
}

type Better = (left: number, right: number) => boolean

const isLess: Better = (left, right) => left < right

/** Moves the entries from index `at` to the end by `by` places: one up, or any number down. */
function move(data: Float64Array, at: number, end: number, by: number): void {
  if (by > 0) for (let i = end * 2 + 1; i >= at * 2; i--) data[i + 2] = data[i]
  else for (let i = at * 2; i <= end * 2 + 1; i++) data[i + 2 * by] = data[i]
}
