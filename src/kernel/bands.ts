import { ensureCapacity } from '../columns/index.ts'
import { restoreError, type StateReader, type StateWriter } from './state.ts'

/**
 * The bands of `Folds` by slot: the tail of each band's window, and the band's flip. Both are places, counted from the end of the slot's
 * list. `Folds` explains bands and their invariant, which every method here keeps but `setTail` and `setFlip`; `load` checks it.
 */
export class Bands {
  /** Bands per slot. */
  readonly count: number
  #tails = new Int32Array(0)
  #flips = new Int32Array(0)

  constructor(count: number) {
    this.count = count
  }

  get bytes(): number {
    return this.#tails.byteLength + this.#flips.byteLength
  }

  grow(slots: number): void {
    this.#tails = ensureCapacity(this.#tails, slots * this.count)
    this.#flips = ensureCapacity(this.#flips, slots * this.count)
  }

  tail(slot: number, band: number): number {
    return this.#tails[slot * this.count + band]
  }

  /** The tail of the next shorter window, after which a band begins; 0 for the shortest. For `band` = `count`, the tail of the longest. */
  inner(slot: number, band: number): number {
    return band === 0 ? 0 : this.tail(slot, band - 1)
  }

  flip(slot: number, band: number): number {
    return this.#flips[slot * this.count + band]
  }

  setTail(slot: number, band: number, place: number): void {
    this.#tails[slot * this.count + band] = place
  }

  setFlip(slot: number, band: number, place: number): void {
    this.#flips[slot * this.count + band] = place
  }

  /** Makes room for a new entry in `band`: in its back, or in its front. Entries of later bands are one place further. */
  shiftFrom(slot: number, band: number, inBack: boolean): void {
    const first = slot * this.count + band
    for (let at = first; at < (slot + 1) * this.count; at++) {
      this.#tails[at] = this.#tails[at] + 1
      if (at > first || inBack) this.#flips[at] = this.#flips[at] + 1
    }
  }

  /** Cuts the bands off after `length` places. */
  cut(slot: number, length: number): void {
    for (let at = slot * this.count; at < (slot + 1) * this.count; at++) {
      this.#tails[at] = Math.min(this.#tails[at], length)
      this.#flips[at] = Math.min(this.#flips[at], length)
    }
  }

  save(slot: number, to: StateWriter): void {
    for (let band = 0; band < this.count; band++) {
      to.count(this.tail(slot, band))
      to.count(this.flip(slot, band))
    }
  }

  /** Reads what `save` wrote, for a list of `entries`. Throws `SPILL_STATE` where the invariant of `Folds` does not hold. */
  load(slot: number, from: StateReader, entries: number): void {
    for (let band = 0; band < this.count; band++) {
      this.setTail(slot, band, from.count(entries))
      this.setFlip(slot, band, from.count(this.tail(slot, band)))
      if (this.flip(slot, band) < this.inner(slot, band)) throw restoreError('the bands of windows are out of order')
    }
    if (this.inner(slot, this.count) !== entries) throw restoreError('entries of a list are in no band')
  }

  clear(slot: number): void {
    this.#tails.fill(0, slot * this.count, (slot + 1) * this.count)
    this.#flips.fill(0, slot * this.count, (slot + 1) * this.count)
  }
}
