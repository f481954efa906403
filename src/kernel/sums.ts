import { limits } from '../base/limits.ts'
import { liftMoments, type MomentLayout } from '../aggregate/moments.ts'
import { Arena, widened } from './arena.ts'
import { Lost } from './lost.ts'
import { insertionPoint } from './order.ts'
import { CHUNK, PartialColumns, type Lane, type Structure } from './structure.ts'
import { floorTo } from './window.ts'

/**
 * Invertible aggregates: a running vector of exact moments a window, added to at the head and subtracted from at the tail.
 *
 * State a key: the entries of the longest finite window in order of time (exact windows: time and value of each event;
 * otherwise: start and moments of each tile), and for each window how many of the newest entries are in it and their
 * sum. Invariant: a window's vector is the exact sum of its entries' vectors. Cost: O(windows) an event, amortised; a
 * late event moves the entries after it.
 */
export class Sums implements Structure {
  readonly partials: readonly (readonly Float64Array[])[]
  /** Entries forgotten because a key had more than `maxEntries`. */
  readonly lost = new Lost()
  readonly #out: PartialColumns
  /** Ascending, ms; Infinity, if there, is last and needs no entries. */
  readonly #spans: Float64Array
  readonly #hop: number
  readonly #layout: MomentLayout
  readonly #width: number
  readonly #maxEntries: number
  /** Windows that end. */
  readonly #finite: number
  readonly #arena: Arena
  readonly #vector: Float64Array
  readonly #subtracted: Float64Array
  readonly #starts: Float64Array
  /** By slot and finite window: entries in the window. */
  #inside = new Int32Array(0)
  /** By slot, window and term. */
  #sums = new Float64Array(0)

  /** `spans` ascending, in ms, Infinity for lifetime. */
  constructor(spans: readonly number[], hop: number, layout: MomentLayout, maxEntries: number) {
    this.#spans = Float64Array.from(spans)
    this.#hop = hop
    this.#layout = layout
    this.#width = layout.width
    this.#maxEntries = Math.min(maxEntries, limits.ENTRIES_PER_KEY_MAX)
    this.#finite = spans.filter(Number.isFinite).length
    this.#arena = new Arena(hop > 1 ? 1 + layout.width : layout.width > 1 ? 2 : 1)
    this.#vector = new Float64Array(layout.width)
    this.#subtracted = new Float64Array(layout.width)
    this.#starts = new Float64Array(spans.length).fill(-Infinity)
    this.#out = new PartialColumns(spans.length, layout.width)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.#inside.byteLength + this.#sums.byteLength + this.lost.bytes
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.#inside = widened(this.#inside, count * this.#finite)
    this.#sums = widened(this.#sums, count * this.#spans.length * this.#width)
    this.lost.grow(count)
  }

  insert(lane: Lane, event: number): void {
    const slot = lane.slots[event]!
    const value = lane.value[event]!
    const tile = floorTo(lane.time[event]!, this.#hop)
    this.#advance(slot, lane.floor[event]!)
    const vector = this.#vector
    liftMoments(this.#layout, lane.time[event]!, value, vector, 0)
    const starts = this.#starts
    const finite = this.#finite
    const isNew = finite > 0 && tile >= starts[finite - 1]! && this.#store(slot, tile, value)
    const sums = this.#sums
    const width = this.#width
    const windows = this.#spans.length
    for (let w = windows - 1; w >= 0 && tile >= starts[w]!; w--) {
      const at = (slot * windows + w) * width
      sums[at] = sums[at]! + 1
      for (let f = 1; f < width; f++) sums[at + f] = sums[at + f]! + vector[f]!
      if (isNew && w < finite) this.#inside[slot * finite + w] = this.#inside[slot * finite + w]! + 1
    }
  }

  read(slot: number, t: number, row: number): void {
    this.#advance(slot, t)
    const sums = this.#sums
    const flat = this.#out.flat
    const count = this.#spans.length * this.#width
    const from = slot * count
    for (let i = 0, at = row; i < count; i++, at += CHUNK) flat[at] = sums[from + i]!
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, 0)
  }

  /** Stores the event, in a new entry or in its tile's; true if the entry is new. */
  #store(slot: number, tile: number, value: number): boolean {
    const arena = this.#arena
    const end = arena.end[slot]!
    const from = end - arena.length[slot]!
    const at = insertionPoint(arena.columns[0]!, from, end, tile)
    if (this.#hop > 1 && at > from && arena.columns[0]![at - 1] === tile) {
      for (let f = 0; f < this.#width; f++) {
        const column = arena.columns[1 + f]!
        column[at - 1] = column[at - 1]! + this.#vector[f]!
      }
      return false
    }
    if (end - from >= this.#maxEntries) this.#forgetOldest(slot)
    const place = arena.open(slot, Math.min(end - at, arena.length[slot]!))
    arena.columns[0]![place] = tile
    if (this.#hop > 1) for (let f = 0; f < this.#width; f++) arena.columns[1 + f]![place] = this.#vector[f]!
    else if (this.#width > 1) arena.columns[1]![place] = value
    return true
  }

  /** Moves the tails to clock `t`: what is before a window's start leaves its sum, and what is before all is forgotten. */
  #advance(slot: number, t: number): void {
    const finite = this.#finite
    if (finite === 0) return
    const end = this.#arena.end[slot]!
    const times = this.#arena.columns[0]!
    const counts = this.#inside
    const spans = this.#spans
    const starts = this.#starts
    const first = slot * finite
    for (let w = 0; w < finite; w++) {
      const start = floorTo(t - spans[w]!, this.#hop)
      starts[w] = start
      let inside = counts[first + w]!
      if (inside === 0 || times[end - inside]! >= start) continue
      do this.#subtract(slot, w, end - inside--)
      while (inside > 0 && times[end - inside]! < start)
      counts[first + w] = inside
    }
    this.#arena.length[slot] = counts[first + finite - 1]!
  }

  /** Takes an entry out of a window's sum. */
  #subtract(slot: number, w: number, entry: number): void {
    const columns = this.#arena.columns
    const sums = this.#sums
    const width = this.#width
    const at = (slot * this.#spans.length + w) * width
    if (this.#hop > 1) {
      for (let f = 0; f < width; f++) sums[at + f] = sums[at + f]! - columns[1 + f]![entry]!
      return
    }
    sums[at] = sums[at]! - 1
    if (width === 2) sums[at + 1] = sums[at + 1]! - columns[1]![entry]!
    else if (width > 2) {
      liftMoments(this.#layout, columns[0]![entry]!, columns[1]![entry]!, this.#subtracted, 0)
      for (let f = 1; f < width; f++) sums[at + f] = sums[at + f]! - this.#subtracted[f]!
    }
  }

  #forgetOldest(slot: number): void {
    const length = this.#arena.length[slot]!
    const entry = this.#arena.end[slot]! - length
    this.lost.lose(slot, this.#arena.columns[0]![entry]!)
    for (let w = 0; w < this.#finite; w++) {
      if (this.#inside[slot * this.#finite + w] !== length) continue
      this.#subtract(slot, w, entry)
      this.#inside[slot * this.#finite + w] = length - 1
    }
    this.#arena.cut(slot, 1)
  }
}
