import type { CountedValues, Tally } from '../aggregate/tally.ts'
import { limits } from '../base/limits.ts'
import type { Strings } from '../columns/strings.ts'
import { Arena, MARKS } from './arena.ts'
import { PartialColumns } from './chunk.ts'
import { Lost } from './lost.ts'
import { sortEntries } from './order.ts'
import { damaged, type StateReader, type StateWriter } from './state.ts'
import type { Lane, Structure } from './structure.ts'
import { ValueCounts } from './value-counts.ts'
import { widened } from './widened.ts'
import { floorTo, Windows } from './window.ts'

/** What is read of a window: a tally of the values in it. */
export interface TallyAsk {
  /** Which of the windows. */
  readonly window: number
  readonly tally: Tally
}

const WIDTH = 3
const VALUE = 1
const COUNT = 2

/**
 * How often each value occurs in each window: `quantile`, `topK`.
 *
 * State a key: a list of entries, one for each value of each tile, in order of (tile, value), with how often it occurs there; a mark for each finite window is
 * its first entry inside. By window, the counts of the values from its mark on, which are added to as events come and taken back as entries pass its tail:
 * they are whole numbers, so nothing of what has left is in them. A lifetime window has counts alone.
 *
 * With a limit a window that holds more different values is not answered, and the oldest entries are forgotten for good until no more are kept: whatever window
 * reaches them holds all of those.
 *
 * Cost: an event finds its entry by halving and is added to the counts of each window; an entry is taken from each once; a read walks the values of its windows.
 * Bytes: 24 an entry, and 16 a value of each window.
 */
export class Tallies implements Structure {
  /** By ask, not by window: each tally writes columns of its own. */
  readonly partials: readonly (readonly Float64Array[])[]
  /** Entries forgotten because a key had more than `maxEntries`, or more different values than the limit. */
  readonly lost = new Lost()
  readonly #asks: readonly TallyAsk[]
  readonly #lift: Tally['lift']
  readonly #limit: number
  readonly #strings: Strings | undefined
  /** What a tally is given, written over for each. */
  readonly #values: { -readonly [K in keyof CountedValues]: CountedValues[K] }
  readonly #finite: Windows
  readonly #maxEntries: number
  readonly #arena: Arena
  readonly #counts: readonly ValueCounts[]
  /** Counts of a window and of a body's, merged. */
  #merged = new Float64Array(0)

  /** `windows` are the shortest first. All tallies lift alike. `strings` is given if values are ids of strings. */
  constructor(windows: Windows, asks: readonly TallyAsk[], maxEntries: number, strings?: Strings) {
    const finite = Array.from(windows.spans, (span, w) => ({ span, hop: windows.hops[w] })).filter(({ span }) => span < Infinity)
    this.#finite = new Windows(finite)
    this.#asks = asks
    this.#lift = asks[0].tally.lift
    this.#limit = Math.max(...asks.map(({ tally }) => tally.limit ?? Infinity))
    this.#strings = strings
    this.#maxEntries = Math.min(maxEntries, limits.ENTRIES_PER_KEY_MAX)
    this.#arena = new Arena(WIDTH, finite.length)
    this.#counts = Array.from(windows.spans, () => new ValueCounts())
    const order = strings ? strings.compare.bind(strings) : (left: number, right: number) => left - right
    this.#values = { data: this.#arena.data, from: 0, to: 0, order }
    const out = new PartialColumns(asks.length, Math.max(...asks.map(({ tally }) => tally.width)))
    this.partials = asks.map(({ tally }, i) => out.views[i].slice(0, tally.width))
  }

  get bytes(): number {
    return this.#counts.reduce((sum, { bytes }) => sum + bytes, this.#arena.bytes + this.lost.bytes)
  }

  get entries(): number {
    return this.#arena.entries + (this.#ever?.entries ?? 0)
  }

  /** The counts of a lifetime window. */
  get #ever(): ValueCounts | undefined {
    return this.#counts[this.#finite.length]
  }

  grow(count: number): void {
    this.#arena.grow(count)
    for (const counts of this.#counts) counts.grow(count)
    this.lost.grow(count)
  }

  insert({ slots, time, value, floor }: Lane, event: number): void {
    const slot = slots[event]
    const t = floor[event]
    const windows = this.#finite
    const lifted = this.#lift(value[event])
    if (this.#ever && this.#ever.size(slot) <= this.#limit) this.#ever.add(slot, lifted, 1)
    if (windows.length === 0) return
    this.#advance(slot, t)
    const tile = floorTo(time[event], windows.tile)
    if (!windows.isPast(tile, t)) this.#store(slot, tile, lifted)
  }

  read(slot: number, t: number, row: number): void {
    this.#advance(slot, t)
    for (let i = 0; i < this.#asks.length; i++) {
      const counts = this.#counts[this.#asks[i].window]
      this.#tell(i, counts.data, counts.from(slot), counts.end(slot), row)
    }
  }

  readNothing(row: number): void {
    for (let i = 0; i < this.#asks.length; i++) this.#tell(i, this.#arena.data, 0, 0, row)
  }

  merge(body: Structure, slot: number, under: number, _t: number, row: number): void {
    const other = body as Tallies
    let [window, length] = [-1, 0]
    for (let i = 0; i < this.#asks.length; i++) {
      if (this.#asks[i].window !== window) {
        window = this.#asks[i].window
        const [own, theirs] = [this.#counts[window], other.#counts[window]]
        this.#merged = widened(this.#merged, 2 * (theirs.size(under) + (slot < 0 ? 0 : own.size(slot))))
        length = slot < 0 ? theirs.copy(under, this.#merged) : own.mergedWith(slot, theirs, under, this.#merged)
      }
      this.#tell(i, this.#merged, 0, length, row)
    }
  }

  save(slot: number, to: StateWriter): void {
    this.lost.save(slot, to)
    this.#arena.save(slot, to)
    this.#ever?.save(slot, to)
  }

  load(slot: number, from: StateReader): void {
    this.lost.load(slot, from)
    this.#arena.load(slot, from)
    const ids = this.#strings ? from : undefined
    if (ids?.translates) this.#translate(slot, ids)
    this.#ever?.load(slot, from, ids)
    const { data } = this.#arena
    const end = this.#arena.end(slot)
    for (let entry = this.#arena.from(slot); entry < end; entry++) this.#check(data[entry * WIDTH + VALUE], data[entry * WIDTH + COUNT])
    if (this.#ever)
      for (let entry = this.#ever.from(slot); entry < this.#ever.end(slot); entry++)
        this.#check(this.#ever.data[2 * entry], this.#ever.data[2 * entry + 1])
    for (let w = 0; w < this.#finite.length; w++)
      for (let entry = this.#arena.heads[this.#mark(slot, w)]; entry < end; entry++)
        this.#counts[w].add(slot, data[entry * WIDTH + VALUE], data[entry * WIDTH + COUNT])
  }

  clear(slot: number): void {
    this.lost.clear(slot)
    this.#arena.clear(slot)
    for (const counts of this.#counts) counts.clear(slot)
  }

  /** Gives values their other ids, and each tile's entries the order of those. */
  #translate(slot: number, from: StateReader): void {
    const { data } = this.#arena
    const end = this.#arena.end(slot)
    from.translate(data, WIDTH, this.#arena.from(slot), end, VALUE)
    for (let first = this.#arena.from(slot), entry = first; entry < end; entry++) {
      if (entry + 1 < end && data[(entry + 1) * WIDTH] === data[first * WIDTH]) continue
      sortEntries(data, WIDTH, first, entry + 1, VALUE)
      first = entry + 1
    }
  }

  /** Writes what an ask reads from the entries [from, to). */
  #tell(ask: number, data: Float64Array, from: number, to: number, row: number): void {
    this.#values.data = data
    this.#values.from = from
    this.#values.to = to
    this.#asks[ask].tally.read(this.#values, this.partials[ask], row)
  }

  /** Refuses what no event can have left. */
  #check(value: number, count: number): void {
    if (Number.isNaN(value) || !Number.isSafeInteger(count) || count < 1) throw damaged('an entry counts nothing')
    if (this.#strings && !this.#strings.has(value)) throw damaged('a value that is counted is no string that is known')
  }

  /** Where the mark of a finite window stands in the heads. */
  #mark(slot: number, window: number): number {
    return slot * this.#arena.stride + MARKS + window
  }

  /** Moves the tails to clock `t`, and forgets what is before all of them. */
  #advance(slot: number, t: number): void {
    const { data, heads } = this.#arena
    const end = this.#arena.end(slot)
    let oldest = end
    for (let w = 0; w < this.#finite.length; w++) {
      const start = this.#finite.start(w, t)
      const mark = this.#mark(slot, w)
      let entry = heads[mark]
      for (; entry < end && data[entry * WIDTH] < start; entry++) this.#take(slot, w, entry)
      heads[mark] = entry
      if (entry < oldest) oldest = entry
    }
    this.#arena.cut(slot, oldest)
  }

  /**
   * Adds a value to its entry, or to a new one, and to the windows whose mark is not behind it. A new one at a mark is inside, if only until the tail moves
   * next: a read may have moved it farther than the event's floor says.
   */
  #store(slot: number, tile: number, value: number): void {
    const arena = this.#arena
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
      if (at >= arena.heads[mark]) this.#counts[w].add(slot, value, 1)
      else if (isNew) arena.heads[mark] = arena.heads[mark] + 1
    }
    if (arena.length(slot) > this.#maxEntries) this.#forgetOldest(slot)
    if (this.#limit < Infinity) this.#forgetBeyond(slot)
  }

  /** Forgets the oldest entries until no more than `limit` different values are kept. The window that reaches the oldest has counted them all. */
  #forgetBeyond(slot: number): void {
    const { heads } = this.#arena
    const from = this.#arena.from(slot)
    let w = 0
    while (w < this.#finite.length && heads[this.#mark(slot, w)] !== from) w++
    if (w < this.#finite.length) while (this.#counts[w].size(slot) > this.#limit) this.#forgetOldest(slot)
  }

  #forgetOldest(slot: number): void {
    const arena = this.#arena
    const oldest = arena.from(slot)
    this.lost.lose(slot, arena.data[oldest * WIDTH])
    for (let w = 0; w < this.#finite.length; w++) if (arena.heads[this.#mark(slot, w)] === oldest) this.#take(slot, w, oldest)
    arena.cut(slot, oldest + 1)
  }

  /** Takes an entry from the counts of a window. */
  #take(slot: number, window: number, entry: number): void {
    const { data } = this.#arena
    this.#counts[window].take(slot, data[entry * WIDTH + VALUE], data[entry * WIDTH + COUNT])
  }
}

/** The first of the entries [from, to), in order of (tile, value), that is not before the one asked for. */
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
