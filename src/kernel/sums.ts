import { limits } from '../base/limits.ts'
import { liftMoments, modulo54, type MomentLayout } from '../aggregate/moments.ts'
import { Arena, END, FROM, MARKS } from './arena.ts'
import { Lost } from './lost.ts'
import { insertionPoint } from './order.ts'
import { COLUMN, PartialColumns } from './chunk.ts'
import type { Chunk, Structure } from './structure.ts'
import { floorTo, type Windows } from './window.ts'

/**
 * Invertible aggregates: a window is the sum of all entries less the sum of those before its tail.
 *
 * State a key: a list of entries in order of time (an entry an event when exact, a tile otherwise), each with the moments
 * of everything before it, and behind them the end: time +∞, the moments of everything. A mark for each window is its
 * tail, the first entry inside; it may lag behind until the next read. Sums are modulo 2^54 (`modulo54`), which loses
 * nothing: the difference that is a window's sum is exact whenever that sum is a safe integer, whatever has passed
 * through before. For the same reason dropping an entry merges it with the one before.
 *
 * Cost: an event in order writes the end and no other entry; a late one moves the entries after it and adds itself to
 * them. A read looks at the tail of each window, which passes each entry once. Bytes: 8 an entry for its time and 8 for
 * each column of its moments (`n` only of tiles).
 */
export class Sums implements Structure {
  readonly partials: readonly (readonly Float64Array[])[]
  /** Entries forgotten because a key had more than `maxEntries`. */
  readonly lost = new Lost()
  readonly #out: PartialColumns
  readonly #windows: Windows
  readonly #layout: MomentLayout
  readonly #maxEntries: number
  /** Entries: time, and the moments before it. */
  readonly #arena: Arena
  /** The first column of the moments that entries keep: of events, `n` is their number. */
  readonly #first: 0 | 1
  readonly #vector: Float64Array

  constructor(windows: Windows, layout: MomentLayout, maxEntries: number) {
    this.#windows = windows
    this.#layout = layout
    this.#maxEntries = Math.min(maxEntries, limits.ENTRIES_PER_KEY_MAX)
    this.#first = windows.exact ? 1 : 0
    this.#arena = new Arena(1 + layout.width - this.#first, windows.length)
    this.#vector = new Float64Array(layout.width)
    this.#out = new PartialColumns(windows.length, layout.width)
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
    const layout = this.#layout
    const vector = this.#vector
    const maxEntries = this.#maxEntries
    const flat = this.#out.flat
    const arena = this.#arena
    const { heads, width, stride } = arena
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
        liftMoments(layout, time[event], value[event], vector, 0)
        const entries = insert(data, heads, width, stride, slot * stride, windows.exact, tile, vector)
        if (entries > maxEntries) this.#limit(slot, floor[event])
      }
      if (i === rows) return
      const slot = reads.slots[row + i]
      if (slot < 0 || heads[slot * stride + END] === 0) this.#out.fillRow(i, 0)
      else readWindows(data, heads, width, slot * stride, windows, reads.clock[row + i], flat, i)
      if (this.lost.any && slot >= 0) this.lost.note(slot, i)
    }
  }

  #makeRoom(slot: number, floor: number): void {
    const arena = this.#arena
    const isNew = arena.length(slot) === 0
    arena.makeRoom(slot, this.#windows, floor)
    if (!isNew) return
    const end = arena.open(slot, 0) * arena.width
    arena.data.fill(0, end, end + arena.width)
    arena.data[end] = Infinity
  }

  /** Forgets what is outside every window; if more than `maxEntries` are left, the oldest is lost. */
  #limit(slot: number, floor: number): void {
    const arena = this.#arena
    arena.forget(slot, this.#windows.reach(floor))
    const from = arena.from(slot)
    if (arena.end(slot) - 1 - from <= this.#maxEntries) return
    this.lost.lose(slot, arena.data[from * arena.width])
    arena.cut(slot, from + 1)
  }
}

/**
 * Makes an entry for `tile` unless it has one, and adds the event to what is before each entry after it, the end
 * included. Returns how many entries there are.
 */
function insert(
  data: Float64Array,
  heads: Int32Array,
  width: number,
  stride: number,
  head: number,
  exact: boolean,
  tile: number,
  vector: Float64Array,
): number {
  const shift = exact ? 0 : -1
  const oldest = heads[head + FROM]
  const end = heads[head + END] - 1
  const at = insertionPoint(data, width, oldest, end, tile)
  if (!exact && at > oldest && data[(at - 1) * width] === tile) {
    for (let entry = at * width; entry <= end * width; entry += width)
      for (let f = 1; f < width; f++) data[entry + f] = modulo54(data[entry + f], vector[shift + f])
    return end - oldest
  }
  heads[head + END] = end + 2
  for (let entry = end * width; entry >= at * width; entry -= width) {
    data[entry + width] = data[entry]!
    for (let f = 1; f < width; f++) data[entry + width + f] = modulo54(data[entry + f], vector[shift + f])
  }
  data[at * width] = tile
  if (at < end) for (let mark = head + MARKS; mark < head + stride; mark++) if (heads[mark] > at) heads[mark]++
  return end + 1 - oldest
}

/** Moves the tails of a key's windows to clock `t`, and writes each window's moments to `row`. */
function readWindows(
  data: Float64Array,
  heads: Int32Array,
  width: number,
  head: number,
  windows: Windows,
  t: number,
  flat: Float64Array,
  row: number,
): void {
  const { exact } = windows
  const end = heads[head + END] - 1
  let oldest = end
  let out = row
  for (let w = 0; w < windows.length; w++) {
    const start = windows.start(w, t)
    let tail = heads[head + MARKS + w]
    while (data[tail * width] < start) tail++
    heads[head + MARKS + w] = tail
    if (tail < oldest) oldest = tail
    if (exact) {
      flat[out] = end - tail
      out += COLUMN
    }
    for (let f = 1; f < width; f++, out += COLUMN) flat[out] = modulo54(data[end * width + f], -data[tail * width + f])
  }
  heads[head + FROM] = oldest
}
