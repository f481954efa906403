import { assert } from '../base/index.ts'
import type { Fold } from '../aggregate/index.ts'
import { Arena } from './arena.ts'
import { Bands } from './bands.ts'
import { insertionPoint } from './order.ts'
import { PartialColumns } from './chunk.ts'
import type { StateReader, StateWriter } from './state.ts'
import { Structure, type StructureInput } from './structure.ts'
import { ensureCapacity } from '../columns/index.ts'
import { tileStart, type Windows } from './window.ts'

/**
 * Keeps aggregates that cannot be subtracted, in a list of entries per key, oldest first, and a queue of two stacks per window
 * (two-stack sliding-window aggregation).
 *
 * A place is an entry's distance from the end of the list, 1 for the newest. The tail of a window is the place of its oldest entry.
 * The tails of the windows, from shortest to longest, cut the list into bands: band b holds the entries of window b that are not in
 * window b − 1. So a window combines its own band and all newer bands. A band has two parts, newer and older than its flip:
 *
 * - back: places (tail of b − 1, flip], kept as one partial of all of them;
 * - front: places (flip, tail of b], where each entry has the fold from itself to the flip. The fold at the tail covers the front.
 *
 * Example: sums over 10 and 20 ms, as of 15.
 *
 *     place   5   4   3   2   1     tails [3, 5]: band 0 is places 1 to 3, band 1 is places 4 and 5
 *     time    1   4   9  12  15     flips [2, 5]: place 3 is the front of band 0; band 1 has no front
 *     value   7   1   5   2   3     backs [2 + 3, 7 + 1]
 *     fold            5             sum over 10 ms: back 5 + fold at the tail 5 = 10
 *                                   sum over 20 ms: 10 + back 8 = 18
 *
 * An entry leaves a band at its tail, where the next front fold is the answer, and enters the back of the next band. When an entry
 * leaves a band without a front, the back becomes the front, in one pass. An entry is in one band at a time, so one column of folds
 * serves all bands. Lifetime windows have a back alone.
 *
 * Invariant of a slot: in each band, the tail of b − 1 <= flip <= tail of b; and the tail of the last band is the length of the list, so
 * that every entry is in a band. `Bands.load` checks both.
 *
 * Cost: O(windows) combines per event in order, amortized. A late event moves the entries after it (`Arena.open`). In a front it also
 * folds the older part of that front again: O(entries of the front) combines.
 */
export class Folds extends Structure {
  readonly #spans: Float64Array
  readonly #hop: number
  readonly #fold: Fold
  readonly #maxEntries: number
  /** One band per finite window. */
  readonly #bands: Bands
  /** By slot and window: the back of the window's band; for a lifetime window, all events. */
  #backs = new Float64Array(0)
  /** Numbers per slot in `#backs`. */
  readonly #backWidth: number
  /** Scratch from `insert` on: the partial of its event. In `merge`, one of the two partials. */
  readonly #lifted: Float64Array
  /** Scratch: a running total within `read`, `merge` or `#foldFront`. */
  readonly #total: Float64Array

  constructor({ spans, hops, tileWidth }: Windows, fold: Fold, maxEntries: number) {
    assert(
      spans.every((span, w) => span === Infinity || hops[w] === tileWidth),
      'bands have tiles alike',
    )
    // An entry is its time, its partial, and in a front the fold from the entry to its band's flip.
    super(new Arena(1 + 2 * fold.width), new PartialColumns(spans.length, fold.width))
    this.#spans = spans
    this.#hop = tileWidth
    this.#fold = fold
    this.#maxEntries = maxEntries
    this.#bands = new Bands(spans.filter(Number.isFinite).length)
    this.#backWidth = spans.length * fold.width
    this.#lifted = new Float64Array(fold.width)
    this.#total = new Float64Array(fold.width)
  }

  override get bytes(): number {
    return super.bytes + this.#bands.bytes + this.#backs.byteLength
  }

  override grow(count: number): void {
    super.grow(count)
    this.#bands.grow(count)
    this.#backs = ensureCapacity(this.#backs, count * this.#backWidth)
  }

  insert(input: StructureInput, event: number): void {
    const slot = input.slots[event]
    const bands = this.#bands
    this.#advance(slot, input.watermark[event])
    this.#fold.lift(input.time[event], input.value[event], this.#lifted, 0)
    if (bands.count < this.#spans.length) this.#addToBack(slot, bands.count, this.#lifted, 0)
    const tile = tileStart(input.time[event], this.#hop)
    const band = this.#bandOf(tile, input.watermark[event])
    if (band < bands.count) this.#store(slot, band, tile)
  }

  read(slot: number, asOf: number, row: number): void {
    this.#advance(slot, asOf)
    const bands = this.#bands
    const total = this.#total.fill(0)
    for (let w = 0; w < bands.count; w++) {
      this.#fold.combine(total, 0, this.#backs, this.#backAt(slot, w))
      const tail = bands.tail(slot, w)
      if (tail > bands.flip(slot, w)) this.#fold.combine(total, 0, this.arena.data, this.#foldAt(slot, tail))
      for (let f = 0; f < total.length; f++) this.partials[w][f][row] = total[f]
    }
    // A lifetime window has no band: its back holds all events.
    for (let w = bands.count; w < this.#spans.length; w++) {
      this.#fold.combine(total.fill(0), 0, this.#backs, this.#backAt(slot, w))
      for (let f = 0; f < total.length; f++) this.partials[w][f][row] = total[f]
    }
  }

  merge(snapshot: this, row: number): void {
    const [total, part] = [this.#total, this.#lifted]
    for (let w = 0; w < this.#spans.length; w++) {
      const [own, other] = [this.partials[w], snapshot.partials[w]]
      for (let f = 0; f < total.length; f++) {
        total[f] = other[f][row]
        part[f] = own[f][row]
      }
      this.#fold.combine(total, 0, part, 0)
      for (let f = 0; f < total.length; f++) own[f][row] = total[f]
    }
  }

  override save(slot: number, to: StateWriter): void {
    super.save(slot, to)
    this.#bands.save(slot, to)
    to.numbers(this.#backs, slot * this.#backWidth, this.#backWidth)
  }

  override load(slot: number, from: StateReader): void {
    super.load(slot, from)
    this.#bands.load(slot, from, this.arena.length(slot))
    from.numbers(this.#backs, slot * this.#backWidth, this.#backWidth)
  }

  override clear(slot: number): void {
    super.clear(slot)
    this.#bands.clear(slot)
    this.#backs.fill(0, slot * this.#backWidth, (slot + 1) * this.#backWidth)
  }

  /** The band of a tile as of a watermark: that of the shortest window that contains the tile. The number of bands if no window does. */
  #bandOf(tile: number, watermark: number): number {
    let band = 0
    while (band < this.#bands.count && tile < tileStart(watermark - this.#spans[band], this.#hop)) band++
    return band
  }

  /** Inserts `#lifted`, the partial of an event of `tile`, in `band`. */
  #store(slot: number, band: number, tile: number): void {
    const { arena } = this
    const end = arena.end(slot)
    const from = arena.from(slot)
    const at = insertionPoint(arena.data, arena.width, from, end, tile)
    if (this.#hop > 1 && at > from && arena.data[(at - 1) * arena.width] === tile) this.#join(slot, band, end - at + 1)
    else this.#open(slot, band, end - at, tile)
  }

  /** Adds `#lifted` to the tile at `place`. */
  #join(slot: number, band: number, place: number): void {
    this.#fold.combine(this.arena.data, this.#partialAt(slot, place), this.#lifted, 0)
    if (place <= this.#bands.flip(slot, band)) this.#addToBack(slot, band, this.#lifted, 0)
    else this.#foldFront(slot, band, place)
  }

  /**
   * Makes `#lifted` a new entry of a band, with `behind` newer entries. An entry between back and front joins the back, which costs
   * nothing more; an entry within the front makes the front fold again from there. A full list first loses its oldest entry, so an entry
   * that is older than all others has one newer entry less.
   */
  #open(slot: number, band: number, behind: number, tile: number): void {
    const { arena } = this
    if (arena.length(slot) >= this.#maxEntries) this.#forgetOldest(slot)
    const newer = Math.min(behind, arena.length(slot))
    const entry = arena.open(slot, newer) * arena.width
    arena.data[entry] = tile
    arena.data.set(this.#lifted, entry + 1)
    const inBack = newer <= this.#bands.flip(slot, band)
    this.#bands.shiftFrom(slot, band, inBack)
    if (inBack) this.#addToBack(slot, band, this.#lifted, 0)
    else this.#foldFront(slot, band, newer + 1)
  }

  /** Moves the tails to `asOf`: an entry older than its window leaves its band for the next one. */
  #advance(slot: number, asOf: number): void {
    const { arena } = this
    const bands = this.#bands
    let inner = 0
    for (let b = 0; b < bands.count; b++) {
      const start = tileStart(asOf - this.#spans[b], this.#hop)
      let tail = bands.tail(slot, b)
      while (tail > inner && arena.data[this.#entryAt(slot, tail)] < start) {
        if (bands.flip(slot, b) === tail) this.#backToFront(slot, b)
        if (b + 1 < bands.count) this.#addToBack(slot, b + 1, arena.data, this.#partialAt(slot, tail))
        bands.setTail(slot, b, --tail)
      }
      inner = tail
    }
    // `inner` is the tail of the longest window.
    if (bands.count > 0) arena.cut(slot, arena.end(slot) - inner)
  }

  /** Makes a band's back its front, where it has none. */
  #backToFront(slot: number, band: number): void {
    const inner = this.#bands.inner(slot, band)
    this.#bands.setFlip(slot, band, inner)
    const back = this.#backAt(slot, band)
    this.#backs.fill(0, back, back + this.#fold.width)
    this.#foldFront(slot, band, inner + 1)
  }

  /** Recomputes a band's front folds from `place` to its tail. */
  #foldFront(slot: number, band: number, place: number): void {
    const tail = this.#bands.tail(slot, band)
    const { data } = this.arena
    const total = this.#total.fill(0)
    if (place - 1 > this.#bands.flip(slot, band)) this.#fold.combine(total, 0, data, this.#foldAt(slot, place - 1))
    for (let p = place; p <= tail; p++) {
      this.#fold.combine(total, 0, data, this.#partialAt(slot, p))
      data.set(total, this.#foldAt(slot, p))
    }
  }

  /** Removes the oldest entry from the band that holds it. */
  #forgetOldest(slot: number): void {
    const { arena } = this
    const length = arena.length(slot)
    this.truncations.record(slot, arena.data[this.#entryAt(slot, length)])
    let band = 0
    while (this.#bands.tail(slot, band) < length) band++
    assert(band < this.#bands.count, 'every entry is in a band')
    if (this.#bands.flip(slot, band) === length) this.#backToFront(slot, band)
    this.#bands.cut(slot, length - 1)
    arena.cut(slot, arena.from(slot) + 1)
  }

  /** The offset in `#backs` of a window's back. */
  #backAt(slot: number, window: number): number {
    return slot * this.#backWidth + window * this.#fold.width
  }

  #addToBack(slot: number, window: number, partial: Float64Array, at: number): void {
    this.#fold.combine(this.#backs, this.#backAt(slot, window), partial, at)
  }

  /** The offset in the arena's data of the entry at `place`. */
  #entryAt(slot: number, place: number): number {
    return (this.arena.end(slot) - place) * this.arena.width
  }

  /** The offset in the arena's data of the partial of the entry at `place`. */
  #partialAt(slot: number, place: number): number {
    return this.#entryAt(slot, place) + 1
  }

  /** The offset in the arena's data of the fold from the entry at `place` to its band's flip. */
  #foldAt(slot: number, place: number): number {
    return this.#entryAt(slot, place) + 1 + this.#fold.width
  }
}
