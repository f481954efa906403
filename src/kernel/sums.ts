import { limits } from '../base/limits.ts'
import { liftMoments, modulo54, type MomentLayout } from '../aggregate/moments.ts'
import { Arena, widened } from './arena.ts'
import { Lost } from './lost.ts'
import { insertionPoint } from './order.ts'
import { COLUMN, PartialColumns, type Lane, type Structure } from './structure.ts'
import { floorTo } from './window.ts'

/**
 * Invertible aggregates: a window is the sum of all entries less the sum of those before its tail.
 *
 * State a key: the entries of the longest window in order of time (an entry an event when exact, a tile otherwise), each
 * with the moments of everything before it; the moments of everything; and for each window its tail, the first entry
 * inside. Sums are modulo 2^54 (`modulo54`), which loses nothing: the difference that is a window's sum is exact
 * whenever that sum is a safe integer, whatever has passed through before.
 *
 * Cost: an event in order writes one entry and moves no tail; a late one moves the entries after it and adds itself to
 * them. A read looks at the tail of each window, which passes each entry once. Bytes: 8 an entry for its time and 8 for
 * each column of its moments (`n` only of tiles).
 */
export class Sums implements Structure {
  readonly partials: readonly (readonly Float64Array[])[]
  /** Entries forgotten because a key had more than `maxEntries`. */
  readonly lost = new Lost()
  readonly #out: PartialColumns
  /** Ascending, ms; Infinity for lifetime. */
  readonly #spans: Float64Array
  readonly #hop: number
  readonly #layout: MomentLayout
  readonly #maxEntries: number
  /** Entries: time, and the moments before it. */
  readonly #arena: Arena
  /** The first column of the moments that entries keep: of events, `n` is their number. */
  readonly #first: 0 | 1
  readonly #vector: Float64Array
  /** By slot: the moments of everything, from `#first` on. */
  #totals = new Float64Array(0)
  readonly #width: number
  readonly #shape: Shape
  /** By slot and window: where the window begins, as an index into the arena. May lag behind the list's beginning. */
  #tails = new Int32Array(0)

  /** `spans` ascending, in ms, Infinity for lifetime. */
  constructor(spans: readonly number[], hop: number, layout: MomentLayout, maxEntries: number) {
    this.#spans = Float64Array.from(spans)
    this.#hop = hop
    this.#layout = layout
    this.#maxEntries = Math.min(maxEntries, limits.ENTRIES_PER_KEY_MAX)
    this.#first = hop > 1 ? 0 : 1
    this.#width = layout.width - this.#first
    this.#shape = { spans: this.#spans, hop, width: this.#width }
    this.#arena = new Arena(1 + this.#width)
    this.#vector = new Float64Array(layout.width)
    this.#out = new PartialColumns(spans.length, layout.width)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.#totals.byteLength + this.#tails.byteLength + this.lost.bytes
  }

  get entries(): number {
    return this.#arena.entries
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.#totals = widened(this.#totals, count * this.#width)
    this.#tails = widened(this.#tails, count * this.#spans.length)
    this.lost.grow(count)
  }

  insert(lane: Lane, event: number): void {
    const slot = lane.slots[event]
    const time = lane.time[event]
    const tile = floorTo(time, this.#hop)
    const start = floorTo(lane.floor[event] - this.#spans[this.#spans.length - 1], this.#hop)
    if (tile < start) return
    const arena = this.#arena
    const end = arena.end(slot)
    const from = this.#forget(slot, start)
    const at = insertionPoint(arena.data, arena.width, from, end, tile)
    const isNew = this.#hop === 1 || at === from || arena.data[(at - 1) * arena.width] !== tile
    const newer = isNew ? this.#open(slot, tile, end - at) : end - at
    this.#add(slot, newer, time, lane.value[event])
  }

  read(slot: number, t: number, row: number): void {
    const arena = this.#arena
    const end = arena.end(slot)
    const windows = this.#spans.length
    readWindows(
      arena.data,
      end - arena.length(slot),
      end,
      this.#tails,
      slot * windows,
      this.#totals,
      slot * this.#width,
      t,
      this.#shape,
      this.#out.flat,
      row,
    )
    arena.keep(slot, end - this.#tails[slot * windows + windows - 1])
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, 0)
  }

  /** Forgets the entries before `start`, the start of the longest window; returns the index of the oldest left. */
  #forget(slot: number, start: number): number {
    const arena = this.#arena
    const end = arena.end(slot)
    const { data, width } = arena
    let from = end - arena.length(slot)
    if (from === end || data[from * width] >= start) return from
    while (from < end && data[from * width] < start) from++
    arena.keep(slot, end - from)
    return from
  }

  /**
   * Makes an entry for `tile` with `newer` entries after it; windows that begin after it move with the entries that they
   * hold. Returns how many entries are after it: fewer, if one of them had to be forgotten.
   */
  #open(slot: number, tile: number, newer: number): number {
    const arena = this.#arena
    if (arena.length(slot) >= this.#maxEntries) this.#forgetOldest(slot)
    const after = Math.min(newer, arena.length(slot))
    const end = arena.end(slot)
    const at = arena.open(slot, after)
    const moved = arena.end(slot) - 1 - end
    if (after > 0 || moved !== 0) this.#moveTails(slot, moved, at)
    const { data, width } = arena
    const entry = at * width
    data[entry] = tile
    for (let f = 0; f < this.#width; f++)
      data[entry + 1 + f] = after === 0 ? this.#totals[slot * this.#width + f] : data[entry + width + 1 + f]
    return after
  }

  /** The entries moved by `moved`, and one was opened at `at`. */
  #moveTails(slot: number, moved: number, at: number): void {
    const windows = this.#spans.length
    for (let i = slot * windows; i < (slot + 1) * windows; i++) {
      const tail = this.#tails[i] + moved
      this.#tails[i] = tail > at ? tail + 1 : tail
    }
  }

  /** Adds an event to everything, and to what is before each of the `newer` entries after its own. */
  #add(slot: number, newer: number, time: number, value: number): void {
    const vector = this.#vector
    liftMoments(this.#layout, time, value, vector, 0)
    const totals = this.#totals
    const { data, width } = this.#arena
    const end = this.#arena.end(slot)
    for (let f = 0; f < this.#width; f++) {
      const term = vector[this.#first + f]
      const total = slot * this.#width + f
      totals[total] = modulo54(totals[total], term)
      for (let entry = end - newer; entry < end; entry++) data[entry * width + 1 + f] = modulo54(data[entry * width + 1 + f], term)
    }
  }

  #forgetOldest(slot: number): void {
    const length = this.#arena.length(slot)
    this.lost.lose(slot, this.#arena.data[(this.#arena.end(slot) - length) * this.#arena.width])
    this.#arena.keep(slot, length - 1)
  }
}

/** What stays the same over all reads of a structure. */
interface Shape {
  readonly spans: Float64Array
  readonly hop: number
  /** Columns of moments that an entry keeps. */
  readonly width: number
}

/** Moves the tails of a key's windows to clock `t`, longest window first, and writes each window's moments to `row`. */
function readWindows(
  data: Float64Array,
  from: number,
  end: number,
  tails: Int32Array,
  firstTail: number,
  totals: Float64Array,
  total: number,
  t: number,
  { spans, hop, width }: Shape,
  flat: Float64Array,
  row: number,
): void {
  const stride = 1 + width
  const columns = hop === 1 ? stride : width
  let at = from
  for (let w = spans.length - 1; w >= 0; w--) {
    const start = floorTo(t - spans[w], hop)
    const tail = tails[firstTail + w]
    if (tail > at) at = tail
    while (at < end && data[at * stride] < start) at++
    tails[firstTail + w] = at
    let out = w * columns * COLUMN + row
    if (hop === 1) {
      flat[out] = end - at
      out += COLUMN
    }
    for (let f = 0; f < width; f++, out += COLUMN) flat[out] = at < end ? modulo54(totals[total + f], -data[at * stride + 1 + f]) : 0
  }
}
