import { liftMoments, modulo54, type MomentLayout } from '../aggregate/index.ts'
import { Arena, END, FROM, MARKS } from './arena.ts'
import { insertionPoint } from './order.ts'
import { COLUMN_STRIDE, PartialColumns } from './chunk.ts'
import { Structure, type StructureInput } from './structure.ts'
import { tileStart, type Windows } from './window.ts'

/**
 * Keeps invertible aggregates as prefix sums: a window is the sum of all entries less the sum of those before its tail.
 *
 * State per key: a list of entries in order of time (an entry is an event when exact, a tile otherwise). Each entry has the moments
 * of everything before it. A sentinel ends the list: time +∞, the moments of everything. Each window has a mark at its tail, the
 * first entry inside, which may lag until the next read.
 *
 * Sums are modulo 2^54 (`modulo54`), which loses nothing: a window's sum is a difference, and it is exact whenever it is a safe
 * integer, whatever passed through before. For the same reason dropping an entry merges it with the one before.
 *
 * Cost: an event in order writes only the sentinel. A late one moves the entries after it and adds itself to them. A read advances
 * each window's tail, which passes each entry once. Bytes per entry: 8 for its time and 8 for each column of its moments (`n` only
 * for tiles).
 */
export class PrefixSums extends Structure {
  readonly #windows: Windows
  readonly #layout: MomentLayout
  readonly #maxEntries: number
  readonly #vector: Float64Array

  constructor(windows: Windows, layout: MomentLayout, maxEntries: number) {
    // An entry is its time, and the moments before it. Where an entry is an event, `n` is the number of entries, so it is not stored.
    const width = 1 + layout.width - (windows.isExact ? 1 : 0)
    const arena = new Arena(width, windows.length, [Infinity, ...new Array<number>(width - 1).fill(0)])
    super(arena, new PartialColumns(windows.length, layout.width))
    this.#windows = windows
    this.#layout = layout
    this.#maxEntries = maxEntries
    this.#vector = new Float64Array(layout.width)
  }

  insert({ slots, time, value, watermark }: StructureInput, event: number): void {
    const arena = this.arena
    const windows = this.#windows
    const slot = slots[event]
    const tile = tileStart(time[event], windows.tileWidth)
    if (windows.isPast(tile, watermark[event])) return
    if (arena.isFull(slot)) arena.makeRoom(slot, windows, watermark[event])
    liftMoments(this.#layout, time[event], value[event], this.#vector, 0)
    if (this.#add(slot, tile) > this.#maxEntries) this.truncations.truncate(arena, slot, this.#maxEntries, windows.reach(watermark[event]))
  }

  read(slot: number, asOf: number, row: number): void {
    const { heads, data, width, stride } = this.arena
    const windows = this.#windows
    const flat = this.out.flat
    const head = slot * stride
    const end = heads[head + END] - 1
    if (end < 0) return this.readNothing(row)
    let oldest = end
    let out = row
    for (let w = 0; w < windows.length; w++) {
      const start = windows.start(w, asOf)
      let tail = heads[head + MARKS + w]
      while (data[tail * width] < start) tail++
      heads[head + MARKS + w] = tail
      if (tail < oldest) oldest = tail
      if (windows.isExact) {
        flat[out] = end - tail
        out += COLUMN_STRIDE
      }
      for (let f = 1; f < width; f++, out += COLUMN_STRIDE) flat[out] = modulo54(data[end * width + f], -data[tail * width + f])
    }
    heads[head + FROM] = oldest
  }

  merge(snapshot: this, row: number): void {
    const { flat } = this.out
    const other = snapshot.out.flat
    for (let at = row; at < flat.length; at += COLUMN_STRIDE) flat[at] = flat[at] + other[at]
  }

  /**
   * Adds an entry for `tile` unless there is one, and adds the event to the moments before each later entry, the sentinel included.
   * Returns the number of entries.
   */
  #add(slot: number, tile: number): number {
    const { heads, data, width } = this.arena
    const { isExact: exact } = this.#windows
    const vector = this.#vector
    const shift = exact ? 0 : -1
    const head = slot * this.arena.stride
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
      data[entry + width] = data[entry]
      for (let f = 1; f < width; f++) data[entry + width + f] = modulo54(data[entry + f], vector[shift + f])
    }
    data[at * width] = tile
    return end + 1 - oldest
  }
}
