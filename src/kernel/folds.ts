import { assert, limits } from '../base/index.ts'
import type { Fold } from '../aggregate/index.ts'
import { Arena } from './arena.ts'
import { TruncationLog } from './truncation-log.ts'
import { insertionPoint } from './order.ts'
import { PartialColumns } from './chunk.ts'
import { restoreError, type StateReader, type StateWriter } from './state.ts'
import type { StructureInput, Structure } from './structure.ts'
import { ensureCapacity } from './ensure-capacity.ts'
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
 * leaves a band without a front, the band flips: its back becomes its front, in one pass. An entry is in one band at a time, so one
 * column of folds serves all bands. A late entry in a front makes the older part of that front fold again.
 *
 * Cost: O(windows) combines per event, amortized. Lifetime windows have a back alone.
 */
export class Folds implements Structure {
  readonly partials: readonly (readonly Float64Array[])[]
  readonly #out: PartialColumns
  readonly #spans: Float64Array
  readonly #hop: number
  readonly #fold: Fold
  readonly #maxEntries: number
  readonly #bands: number
  /** Entries: time, the entry's partial, and in a front the fold from the entry to its band's flip. */
  readonly #arena: Arena
  /** By slot and band: the tail of the band's window, which is the window's length in entries, and the band's flip. */
  #tails = new Int32Array(0)
  #flips = new Int32Array(0)
  /** By slot and window: the back of the window's band; for a lifetime window, all events. */
  #backs = new Float64Array(0)
  /** Numbers per slot in `#backs`. */
  readonly #backWidth: number
  readonly truncations = new TruncationLog()
  /** Scratch: the partial of one event, and a running total. */
  readonly #entry: Float64Array
  readonly #total: Float64Array

  constructor({ spans, hops, tile }: Windows, fold: Fold, maxEntries: number) {
    assert(
      spans.every((span, w) => span === Infinity || hops[w] === tile),
      'bands have tiles alike',
    )
    this.#spans = spans
    this.#hop = tile
    this.#fold = fold
    this.#maxEntries = Math.min(maxEntries, limits.ENTRIES_PER_KEY_MAX)
    this.#bands = spans.filter(Number.isFinite).length
    this.#arena = new Arena(1 + 2 * fold.width)
    this.#backWidth = spans.length * fold.width
    this.#entry = new Float64Array(fold.width)
    this.#total = new Float64Array(fold.width)
    this.#out = new PartialColumns(spans.length, fold.width)
    this.partials = this.#out.views
  }

  get bytes(): number {
    return this.#arena.bytes + this.#tails.byteLength * 2 + this.#backs.byteLength + this.truncations.bytes
  }

  get entries(): number {
    return this.#arena.entries
  }

  grow(count: number): void {
    this.#arena.grow(count)
    this.#tails = ensureCapacity(this.#tails, count * this.#bands)
    this.#flips = ensureCapacity(this.#flips, count * this.#bands)
    this.#backs = ensureCapacity(this.#backs, count * this.#backWidth)
    this.truncations.grow(count)
  }

  insert(input: StructureInput, event: number): void {
    const slot = input.slots[event]
    this.#advance(slot, input.watermark[event])
    this.#fold.lift(input.time[event], input.value[event], this.#entry, 0)
    if (this.#bands < this.#spans.length) this.#addToBack(slot, this.#bands, this.#entry, 0)
    const tile = tileStart(input.time[event], this.#hop)
    for (let band = 0; band < this.#bands; band++) {
      if (tile < tileStart(input.watermark[event] - this.#spans[band], this.#hop)) continue
      this.#store(slot, band, tile)
      return
    }
  }

  read(slot: number, asOf: number, row: number): void {
    this.#advance(slot, asOf)
    const { width } = this.#fold
    const total = this.#total.fill(0)
    for (let w = 0; w < this.#spans.length; w++) {
      const lifetime = w >= this.#bands
      if (lifetime) total.fill(0)
      this.#fold.combine(total, 0, this.#backs, this.#backAt(slot, w))
      if (!lifetime) {
        const tail = this.#tails[slot * this.#bands + w]
        if (tail > this.#flips[slot * this.#bands + w])
          this.#fold.combine(total, 0, this.#arena.data, this.#entryAt(slot, tail) + 1 + width)
      }
      for (let f = 0; f < width; f++) this.partials[w][f][row] = total[f]
    }
  }

  readNothing(row: number): void {
    this.#out.fillRow(row, 0)
  }

  merge(snapshot: Structure, _slot: number, _snapshotSlot: number, _t: number, row: number): void {
    const other = (snapshot as Folds).partials
    const { width } = this.#fold
    const [total, part] = [this.#total, this.#entry]
    for (let w = 0; w < this.#spans.length; w++) {
      const own = this.partials[w]
      for (let f = 0; f < width; f++) {
        total[f] = other[w][f][row]
        part[f] = own[f][row]
      }
      this.#fold.combine(total, 0, part, 0)
      for (let f = 0; f < width; f++) own[f][row] = total[f]
    }
  }

  save(slot: number, to: StateWriter): void {
    this.truncations.save(slot, to)
    this.#arena.save(slot, to)
    for (let band = slot * this.#bands; band < (slot + 1) * this.#bands; band++) {
      to.count(this.#tails[band])
      to.count(this.#flips[band])
    }
    to.numbers(this.#backs, slot * this.#backWidth, this.#backWidth)
  }

  load(slot: number, from: StateReader): void {
    this.truncations.load(slot, from)
    this.#arena.load(slot, from)
    let inner = 0
    for (let band = slot * this.#bands; band < (slot + 1) * this.#bands; band++) {
      this.#tails[band] = from.count(this.#arena.length(slot))
      this.#flips[band] = from.count(this.#tails[band])
      if (this.#flips[band] < inner) throw restoreError('the bands of windows are out of order')
      inner = this.#tails[band]
    }
    from.numbers(this.#backs, slot * this.#backWidth, this.#backWidth)
  }

  clear(slot: number): void {
    this.truncations.clear(slot)
    this.#arena.clear(slot)
    this.#tails.fill(0, slot * this.#bands, (slot + 1) * this.#bands)
    this.#flips.fill(0, slot * this.#bands, (slot + 1) * this.#bands)
    this.#backs.fill(0, slot * this.#backWidth, (slot + 1) * this.#backWidth)
  }

  /** Inserts `#entry`, an event of `tile` in `band`. */
  #store(slot: number, band: number, tile: number): void {
    const arena = this.#arena
    const end = arena.end(slot)
    const from = arena.from(slot)
    const at = insertionPoint(arena.data, arena.width, from, end, tile)
    if (this.#hop > 1 && at > from && arena.data[(at - 1) * arena.width] === tile) this.#join(slot, band, end - at + 1)
    else this.#open(slot, band, end - at, tile)
  }

  /** Adds `#entry` to the tile at `place`. */
  #join(slot: number, band: number, place: number): void {
    this.#fold.combine(this.#arena.data, this.#entryAt(slot, place) + 1, this.#entry, 0)
    if (place <= this.#flips[slot * this.#bands + band]) this.#addToBack(slot, band, this.#entry, 0)
    else this.#foldFront(slot, band, place)
  }

  /** Makes `#entry` a new entry with `behind` entries after it: in the back if it touches the back, else in the front. */
  #open(slot: number, band: number, behind: number, tile: number): void {
    const arena = this.#arena
    if (arena.length(slot) >= this.#maxEntries) this.#forgetOldest(slot)
    const newer = Math.min(behind, arena.length(slot))
    const entry = arena.open(slot, newer) * arena.width
    arena.data[entry] = tile
    arena.data.set(this.#entry, entry + 1)
    const first = slot * this.#bands
    const inBack = newer <= this.#flips[first + band]
    for (let b = band; b < this.#bands; b++) {
      this.#tails[first + b] = this.#tails[first + b] + 1
      if (b > band || inBack) this.#flips[first + b] = this.#flips[first + b] + 1
    }
    if (inBack) this.#addToBack(slot, band, this.#entry, 0)
    else this.#foldFront(slot, band, newer + 1)
  }

  /** Moves the tails to `asOf`: an entry older than its window leaves its band for the next one. */
  #advance(slot: number, asOf: number): void {
    const arena = this.#arena
    const first = slot * this.#bands
    for (let b = 0; b < this.#bands; b++) {
      const start = tileStart(asOf - this.#spans[b], this.#hop)
      const inner = b === 0 ? 0 : this.#tails[first + b - 1]
      let tail = this.#tails[first + b]
      while (tail > inner && arena.data[this.#entryAt(slot, tail)] < start) {
        if (this.#flips[first + b] === tail) this.#flip(slot, b, inner)
        if (b + 1 < this.#bands) this.#addToBack(slot, b + 1, arena.data, this.#entryAt(slot, tail) + 1)
        this.#tails[first + b] = --tail
      }
    }
    if (this.#bands > 0) arena.cut(slot, arena.end(slot) - this.#tails[first + this.#bands - 1])
  }

  /** Makes a band's back, which reaches from `inner`, the tail of the band before, to its tail, its front. */
  #flip(slot: number, band: number, inner: number): void {
    this.#flips[slot * this.#bands + band] = inner
    const back = this.#backAt(slot, band)
    this.#backs.fill(0, back, back + this.#fold.width)
    this.#foldFront(slot, band, inner + 1)
  }

  /** Recomputes a band's front folds from `place` to its tail. */
  #foldFront(slot: number, band: number, place: number): void {
    const { width } = this.#fold
    const flip = this.#flips[slot * this.#bands + band]
    const tail = this.#tails[slot * this.#bands + band]
    const { data } = this.#arena
    const total = this.#total.fill(0)
    if (place - 1 > flip) this.#fold.combine(total, 0, data, this.#entryAt(slot, place - 1) + 1 + width)
    for (let p = place; p <= tail; p++) {
      const entry = this.#entryAt(slot, p)
      this.#fold.combine(total, 0, data, entry + 1)
      data.set(total, entry + 1 + width)
    }
  }

  /** Removes the oldest entry from the band that holds it. */
  #forgetOldest(slot: number): void {
    const length = this.#arena.length(slot)
    const first = slot * this.#bands
    this.truncations.record(slot, this.#arena.data[this.#entryAt(slot, length)])
    let band = 0
    while (this.#tails[first + band] < length) band++
    if (this.#flips[first + band] === length) this.#flip(slot, band, band === 0 ? 0 : this.#tails[first + band - 1])
    for (let b = band; b < this.#bands; b++) {
      this.#tails[first + b] = length - 1
      this.#flips[first + b] = Math.min(this.#flips[first + b], length - 1)
    }
    this.#arena.cut(slot, this.#arena.from(slot) + 1)
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
    return (this.#arena.end(slot) - place) * this.#arena.width
  }
}
