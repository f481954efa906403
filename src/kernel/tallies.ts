import type { CountedValues, ValueTally } from '../aggregate/index.ts'
import { ensureCapacity, type Strings } from '../columns/index.ts'
import { Arena, MARKS } from './arena.ts'
import { PartialColumns } from './chunk.ts'
import { sortEntries } from './order.ts'
import { restoreError, type StateReader, type StateWriter } from './state.ts'
import { Structure, type StructureInput } from './structure.ts'
import { addCount, loadCounts, mergeCounts, subtractCount } from './value-counts.ts'
import { tileStart, Windows } from './window.ts'

/** A tally of the values in one window. */
export interface WindowTally {
  /** Index of the window. */
  readonly window: number
  readonly tally: ValueTally
}

const WIDTH = 3
const VALUE = 1
const COUNT = 2

/**
 * Counts how often each value occurs in each window, for `quantile` and `topK`.
 *
 * State per key: a list of entries in order of (tile, value), one for each value of each tile, with its number of occurrences there.
 * Each finite window has a mark at its first entry inside, and the counts of the values from its mark on. Events are added to the
 * counts, and entries that pass the tail are subtracted: counts are whole numbers, so nothing of them remains. A lifetime window has
 * counts alone.
 *
 * With a limit, a window with more distinct values is not answered. The oldest entries are then dropped until no more than the limit
 * remain: any window that reaches them holds all remaining values too.
 *
 * Cost: an event finds its entry by bisection and is added to each window's counts; an entry is subtracted from each once; a read
 * walks the values of its windows. Bytes: 24 per entry, and 16 per value of each window.
 */
export class Tallies extends Structure {
  /** By tally, not by window: each tally writes its own columns. */
  override readonly partials: readonly (readonly Float64Array[])[]
  readonly #tallies: readonly WindowTally[]
  readonly #lift: ValueTally['lift']
  readonly #limit: number
  readonly #strings: Strings | undefined
  /** The argument of a tally, reused for each call. */
  readonly #values: { -readonly [K in keyof CountedValues]: CountedValues[K] }
  readonly #finite: Windows
  readonly #maxEntries: number
  /** By window: the number of occurrences of each value. */
  readonly #counts: readonly Arena[]
  /** Counts of a window, merged with the snapshot's. */
  #merged = new Float64Array(0)

  /** `windows`: shortest first. All tallies lift alike. `strings` is given if values are string ids. */
  constructor(windows: Windows, tallies: readonly WindowTally[], maxEntries: number, strings?: Strings) {
    const finite = Array.from(windows.spans, (span, w) => ({ span, hop: windows.hops[w] })).filter(({ span }) => span < Infinity)
    const out = new PartialColumns(tallies.length, Math.max(...tallies.map(({ tally }) => tally.width)))
    super(new Arena(WIDTH, finite.length), out)
    this.partials = tallies.map(({ tally }, i) => out.views[i].slice(0, tally.width))
    this.#finite = new Windows(finite)
    this.#tallies = tallies
    this.#lift = tallies[0].tally.lift
    this.#limit = Math.max(...tallies.map(({ tally }) => tally.limit ?? Infinity))
    this.#strings = strings
    this.#maxEntries = maxEntries
    this.#counts = Array.from(windows.spans, () => new Arena(2))
    const order = strings ? strings.compare.bind(strings) : (left: number, right: number) => left - right
    this.#values = { data: this.arena.data, from: 0, to: 0, order }
  }

  override get bytes(): number {
    return this.#counts.reduce((sum, { bytes }) => sum + bytes, super.bytes)
  }

  override get entries(): number {
    return super.entries + (this.#lifetime?.entries ?? 0)
  }

  /** The counts of a lifetime window. */
  get #lifetime(): Arena | undefined {
    return this.#counts[this.#finite.length]
  }

  override grow(count: number): void {
    super.grow(count)
    for (const counts of this.#counts) counts.grow(count)
  }

  insert({ slots, time, value, watermark }: StructureInput, event: number): void {
    const slot = slots[event]
    const asOf = watermark[event]
    const windows = this.#finite
    const lifted = this.#lift(value[event])
    if (this.#lifetime && this.#lifetime.length(slot) <= this.#limit) addCount(this.#lifetime, slot, lifted, 1)
    if (windows.length === 0) return
    this.#advance(slot, asOf)
    const tile = tileStart(time[event], windows.tileWidth)
    if (!windows.isPast(tile, asOf)) this.#store(slot, tile, lifted)
  }

  read(slot: number, asOf: number, row: number): void {
    this.#advance(slot, asOf)
    for (let i = 0; i < this.#tallies.length; i++) {
      const counts = this.#counts[this.#tallies[i].window]
      this.#writeTally(i, counts.data, counts.from(slot), counts.end(slot), row)
    }
  }

  override readNothing(row: number): void {
    for (let i = 0; i < this.#tallies.length; i++) this.#writeTally(i, this.arena.data, 0, 0, row)
  }

  merge(snapshot: this, row: number, slot: number, snapshotSlot: number): void {
    let [window, length] = [-1, 0]
    for (let i = 0; i < this.#tallies.length; i++) {
      const [own, other] = [this.#counts[this.#tallies[i].window], snapshot.#counts[this.#tallies[i].window]]
      // If only this layer has values, the row is already written; if only the snapshot has values, they are read where they are.
      if (other.length(snapshotSlot) === 0) continue
      if (slot < 0 || own.length(slot) === 0) {
        this.#writeTally(i, other.data, other.from(snapshotSlot), other.end(snapshotSlot), row)
        continue
      }
      if (this.#tallies[i].window !== window) {
        window = this.#tallies[i].window
        this.#merged = ensureCapacity(this.#merged, 2 * (other.length(snapshotSlot) + own.length(slot)))
        length = mergeCounts(own, slot, other, snapshotSlot, this.#merged)
      }
      this.#writeTally(i, this.#merged, 0, length, row)
    }
  }

  override save(slot: number, to: StateWriter): void {
    super.save(slot, to)
    this.#lifetime?.save(slot, to)
  }

  override load(slot: number, from: StateReader): void {
    super.load(slot, from)
    const ids = this.#strings ? from : undefined
    if (ids?.translates) this.#translate(slot, ids)
    if (this.#lifetime) loadCounts(this.#lifetime, slot, from, ids)
    const { data } = this.arena
    const end = this.arena.end(slot)
    for (let entry = this.arena.from(slot); entry < end; entry++) this.#check(data[entry * WIDTH + VALUE], data[entry * WIDTH + COUNT])
    if (this.#lifetime)
      for (let entry = this.#lifetime.from(slot); entry < this.#lifetime.end(slot); entry++)
        this.#check(this.#lifetime.data[2 * entry], this.#lifetime.data[2 * entry + 1])
    for (let w = 0; w < this.#finite.length; w++)
      for (let entry = this.arena.heads[this.#mark(slot, w)]; entry < end; entry++)
        addCount(this.#counts[w], slot, data[entry * WIDTH + VALUE], data[entry * WIDTH + COUNT])
  }

  override clear(slot: number): void {
    super.clear(slot)
    for (const counts of this.#counts) counts.clear(slot)
  }

  /** Translates string ids, and restores the order of each tile's entries. */
  #translate(slot: number, from: StateReader): void {
    const { data } = this.arena
    const end = this.arena.end(slot)
    from.translate(data, WIDTH, this.arena.from(slot), end, VALUE)
    for (let first = this.arena.from(slot), entry = first; entry < end; entry++) {
      if (entry + 1 < end && data[(entry + 1) * WIDTH] === data[first * WIDTH]) continue
      sortEntries(data, WIDTH, first, entry + 1, VALUE)
      first = entry + 1
    }
  }

  /** Writes one tally of the entries [from, to). */
  #writeTally(tally: number, data: Float64Array, from: number, to: number, row: number): void {
    this.#values.data = data
    this.#values.from = from
    this.#values.to = to
    this.#tallies[tally].tally.read(this.#values, this.partials[tally], row)
  }

  /** Throws `SPILL_STATE` for an entry that no event can have left. */
  #check(value: number, count: number): void {
    if (Number.isNaN(value) || !Number.isSafeInteger(count) || count < 1) throw restoreError('an entry has an invalid count')
    if (this.#strings && !this.#strings.has(value)) throw restoreError('a counted value is an unknown string')
  }

  /** The index in the heads of a finite window's mark. */
  #mark(slot: number, window: number): number {
    return slot * this.arena.stride + MARKS + window
  }

  /** Moves the tails to `asOf`, and drops entries before all of them. */
  #advance(slot: number, asOf: number): void {
    const { data, heads } = this.arena
    const end = this.arena.end(slot)
    let oldest = end
    for (let w = 0; w < this.#finite.length; w++) {
      const start = this.#finite.start(w, asOf)
      const mark = this.#mark(slot, w)
      let entry = heads[mark]
      for (; entry < end && data[entry * WIDTH] < start; entry++) this.#subtract(slot, w, entry)
      heads[mark] = entry
      if (entry < oldest) oldest = entry
    }
    this.arena.cut(slot, oldest)
  }

  /**
   * Adds a value to its entry, or to a new one, and to the windows whose mark is not after it. A new entry at a mark is inside, if
   * only until the tail moves next: a read may have moved the tail beyond the event's watermark.
   */
  #store(slot: number, tile: number, value: number): void {
    const arena = this.arena
    const end = arena.end(slot)
    let at = placeOf(arena.data, arena.from(slot), end, tile, value)
    const isNew = at === end || arena.data[at * WIDTH] !== tile || arena.data[at * WIDTH + VALUE] !== value
    if (isNew) {
      at = arena.open(slot, end - at)
      arena.data[at * WIDTH] = tile
      arena.data[at * WIDTH + VALUE] = value
      arena.data[at * WIDTH + COUNT] = 0
    }
    arena.data[at * WIDTH + COUNT] = arena.data[at * WIDTH + COUNT] + 1
    for (let w = 0; w < this.#finite.length; w++) {
      const mark = this.#mark(slot, w)
      if (at >= arena.heads[mark]) addCount(this.#counts[w], slot, value, 1)
      else if (isNew) arena.heads[mark] = arena.heads[mark] + 1
    }
    if (arena.length(slot) > this.#maxEntries) this.#dropOldest(slot)
    if (this.#limit < Infinity) this.#dropBeyondLimit(slot)
  }

  /**
   * Drops the oldest entries until at most `limit` distinct values remain. The window that reaches the oldest entry has counted them
   * all.
   */
  #dropBeyondLimit(slot: number): void {
    const { heads } = this.arena
    const from = this.arena.from(slot)
    let w = 0
    while (w < this.#finite.length && heads[this.#mark(slot, w)] !== from) w++
    if (w < this.#finite.length) while (this.#counts[w].length(slot) > this.#limit) this.#dropOldest(slot)
  }

  #dropOldest(slot: number): void {
    const arena = this.arena
    const oldest = arena.from(slot)
    this.truncations.record(slot, arena.data[oldest * WIDTH])
    for (let w = 0; w < this.#finite.length; w++) if (arena.heads[this.#mark(slot, w)] === oldest) this.#subtract(slot, w, oldest)
    arena.cut(slot, oldest + 1)
  }

  /** Subtracts an entry from the counts of a window. */
  #subtract(slot: number, window: number, entry: number): void {
    const { data } = this.arena
    subtractCount(this.#counts[window], slot, data[entry * WIDTH + VALUE], data[entry * WIDTH + COUNT])
  }
}

/** The first of the entries [from, to), in order of (tile, value), at or after the given one. */
function placeOf(data: Float64Array, from: number, to: number, tile: number, value: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    const time = data[middle * WIDTH]
    if (time < tile || (time === tile && data[middle * WIDTH + VALUE] < value)) low = middle + 1
    else high = middle
  }
  return low
}
