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
 * Keeps aggregates that cannot be subtracted: one time-ordered list per key, and two stacks per band (a two-stack queue).
 *
 * The finite windows, from shortest to longest, cut the list into bands. Band b holds the entries that are in window b and not in
 * window b − 1, so a window combines its own band and all newer ones. A band is a queue of two stacks. Its `back` is one running
 * partial of the entries since the last flip. Its front keeps in each entry the fold from that entry to the flip.
 *
 * An entry leaves a band at its old end, where the next front fold is the answer, and enters the next band at its new end. When a
 * front is empty, the band flips: its back becomes its front. An entry is in one band at a time, so one column of folds serves all
 * bands. A late entry behind a flip folds the older part of that front again.
 *
 * Cost: O(windows) combines per event, amortised.
 *
 * Places are distances from the end of the list, 1 for the newest. Band b is (tail of b − 1, tail of b], its back is (tail of b − 1,
 * flip], and its front is (flip, tail of b].
 */
export class Folds implements Structure {
  readonly partials: readonly (readonly Float64Array[])[]
  readonly #out: PartialColumns
  readonly #spans: Float64Array
  readonly #hop: number
  readonly #fold: Fold
  readonly #maxEntries: number
  readonly #bands: number
  /** Entries: time, the entry's partial, the fold from the entry to its band's flip. */
  readonly #arena: Arena
  /** By slot and band: the place of the band's old end, which is its window's length in entries, and the place of its flip. */
  #tails = new Int32Array(0)
  #flips = new Int32Array(0)
  /** By slot and window: the band's back; for a lifetime window, all events. */
  #backs = new Float64Array(0)
  readonly truncations = new TruncationLog()
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
    this.#backs = ensureCapacity(this.#backs, count * this.#spans.length * this.#fold.width)
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
      this.#fold.combine(total, 0, this.#backs, this.#back(slot, w))
      if (!lifetime) {
        const tail = this.#tails[slot * this.#bands + w]
        if (tail > this.#flips[slot * this.#bands + w])
          this.#fold.combine(total, 0, this.#arena.data, this.#entryAt(slot, tail) + 1 + width)
      }
      for (let f = 0; f < width; f++) this.partials[w][f][row] = total[f]!
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
        total[f] = other[w][f][row]!
        part[f] = own[f][row]!
      }
      this.#fold.combine(total, 0, part, 0)
      for (let f = 0; f < width; f++) own[f][row] = total[f]!
    }
  }

  save(slot: number, to: StateWriter): void {
    this.truncations.save(slot, to)
    this.#arena.save(slot, to)
    for (let band = slot * this.#bands; band < (slot + 1) * this.#bands; band++) {
      to.count(this.#tails[band])
      to.count(this.#flips[band])
    }
    to.numbers(this.#backs, this.#back(slot, 0), this.#back(1, 0))
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
    from.numbers(this.#backs, this.#back(slot, 0), this.#back(1, 0))
  }

  clear(slot: number): void {
    this.truncations.clear(slot)
    this.#arena.clear(slot)
    this.#tails.fill(0, slot * this.#bands, (slot + 1) * this.#bands)
    this.#flips.fill(0, slot * this.#bands, (slot + 1) * this.#bands)
    this.#backs.fill(0, this.#back(slot, 0), this.#back(slot + 1, 0))
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

  /** Makes a band's back, which reaches from `inner` to its old end, its front. */
  #flip(slot: number, band: number, inner: number): void {
    this.#flips[slot * this.#bands + band] = inner
    const back = this.#back(slot, band)
    this.#backs.fill(0, back, back + this.#fold.width)
    this.#foldFront(slot, band, inner + 1)
  }

  /** Recomputes a band's front folds from `place` to its old end. */
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

  #back(slot: number, window: number): number {
    return (slot * this.#spans.length + window) * this.#fold.width
  }

  #addToBack(slot: number, window: number, partial: Float64Array, at: number): void {
    this.#fold.combine(this.#backs, this.#back(slot, window), partial, at)
  }

  /** The offset in the arena's data of the entry at `place`. */
  #entryAt(slot: number, place: number): number {
    return (this.#arena.end(slot) - place) * this.#arena.width
  }
}
