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
  /** By slot: each window's vector, then how many entries are in each finite window. */
  #state = new Float64Array(0)
  readonly #stride: number
  /** Exact windows whose vector is [n, Σx]: the common case, with shorter loops. */
  readonly #plain: boolean

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
    this.#stride = spans.length * layout.width + this.#finite
    this.#plain = hop === 1 && layout.width === 2
    this.#starts = new Float64Array(spans.length).fill(-Infinity)
    this.#out = new PartialColumns(spans.length, layout.width)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.#state.byteLength + this.lost.bytes
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.#state = widened(this.#state, count * this.#stride)
    this.lost.grow(count)
  }

  insert(lane: Lane, event: number): void {
    const slot = lane.slots[event]
    const value = lane.value[event]
    const tile = floorTo(lane.time[event], this.#hop)
    this.#advance(slot, lane.floor[event])
    const vector = this.#vector
    if (this.#plain) vector[1] = value
    else liftMoments(this.#layout, lane.time[event], value, vector, 0)
    const starts = this.#starts
    const finite = this.#finite
    const isNew = finite > 0 && tile >= starts[finite - 1] && this.#store(slot, tile, value)
    const state = this.#state
    const width = this.#width
    const windows = this.#spans.length
    const sums = slot * this.#stride
    const inside = sums + windows * width
    for (let w = windows - 1; w >= 0 && tile >= starts[w]; w--) {
      const at = sums + w * width
      state[at] = state[at] + 1
      for (let f = 1; f < width; f++) state[at + f] = state[at + f] + vector[f]
      if (isNew && w < finite) state[inside + w] = state[inside + w] + 1
    }
  }

  read(slot: number, t: number, row: number): void {
    this.#advance(slot, t)
    const state = this.#state
    const flat = this.#out.flat
    const count = this.#spans.length * this.#width
    const from = slot * this.#stride
    for (let i = 0, at = row; i < count; i++, at += CHUNK) flat[at] = state[from + i]!
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, 0)
  }

  /** Stores the event, in a new entry or in its tile's; true if the entry is new. */
  #store(slot: number, tile: number, value: number): boolean {
    const arena = this.#arena
    const end = arena.end(slot)
    const from = end - arena.length(slot)
    const at = insertionPoint(arena.data, arena.width, from, end, tile)
    if (this.#hop > 1 && at > from && arena.data[(at - 1) * arena.width] === tile) {
      const terms = (at - 1) * arena.width + 1
      for (let f = 0; f < this.#width; f++) arena.data[terms + f] = arena.data[terms + f] + this.#vector[f]
      return false
    }
    if (end - from >= this.#maxEntries) this.#forgetOldest(slot)
    const entry = arena.open(slot, Math.min(end - at, arena.length(slot))) * arena.width
    arena.data[entry] = tile
    if (this.#hop > 1) arena.data.set(this.#vector, entry + 1)
    else if (this.#width > 1) arena.data[entry + 1] = value
    return true
  }

  /** Moves the tails to clock `t`: what is before a window's start leaves its sum, and what is before all is forgotten. */
  #advance(slot: number, t: number): void {
    const finite = this.#finite
    if (finite === 0) return
    const end = this.#arena.end(slot)
    const { data, width } = this.#arena
    const state = this.#state
    const spans = this.#spans
    const starts = this.#starts
    const first = slot * this.#stride + spans.length * this.#width
    for (let w = 0; w < finite; w++) {
      const start = floorTo(t - spans[w], this.#hop)
      starts[w] = start
      let inside = state[first + w]
      if (inside === 0 || data[(end - inside) * width] >= start) continue
      if (this.#plain) inside = this.#leave(slot * this.#stride + w * 2, end, inside, start)
      else
        do this.#subtract(slot, w, end - inside--)
        while (inside > 0 && data[(end - inside) * width] < start)
      state[first + w] = inside
    }
    this.#arena.keep(slot, state[first + finite - 1])
  }

  /** Takes the plain entries before `start` out of the sums at `at`; returns how many entries are left inside. */
  #leave(at: number, end: number, inside: number, start: number): number {
    const { data } = this.#arena
    let left = inside
    let sum = 0
    for (; left > 0; left--) {
      const entry = (end - left) * 2
      if (data[entry] >= start) break
      sum += data[entry + 1]
    }
    this.#state[at] = this.#state[at] - (inside - left)
    this.#state[at + 1] = this.#state[at + 1] - sum
    return left
  }

  /** Takes an entry out of a window's sum. */
  #subtract(slot: number, w: number, entry: number): void {
    const { data } = this.#arena
    const state = this.#state
    const width = this.#width
    const at = slot * this.#stride + w * width
    const from = entry * this.#arena.width
    if (this.#hop > 1) {
      for (let f = 0; f < width; f++) state[at + f] = state[at + f] - data[from + 1 + f]
      return
    }
    state[at] = state[at] - 1
    if (width === 2) state[at + 1] = state[at + 1] - data[from + 1]
    else if (width > 2) {
      liftMoments(this.#layout, data[from], data[from + 1], this.#subtracted, 0)
      for (let f = 1; f < width; f++) state[at + f] = state[at + f] - this.#subtracted[f]
    }
  }

  #forgetOldest(slot: number): void {
    const length = this.#arena.length(slot)
    const entry = this.#arena.end(slot) - length
    this.lost.lose(slot, this.#arena.data[entry * this.#arena.width])
    const inside = slot * this.#stride + this.#spans.length * this.#width
    for (let w = 0; w < this.#finite; w++) {
      if (this.#state[inside + w] !== length) continue
      this.#subtract(slot, w, entry)
      this.#state[inside + w] = length - 1
    }
    this.#arena.keep(slot, length - 1)
  }
}
