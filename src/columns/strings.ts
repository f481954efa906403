/**
 * Strings as small integers (interning), for keys and string features: hot paths compare ids, never text.
 *
 * Texts are stored as UTF-8, one behind the other in one array, and found by a hash of their bytes: no JavaScript string
 * between bytes in and bytes out. A short text that came or was read as a string is also kept as a string. Long texts are
 * separate (`LongTexts`). Cost: 12 to 20 bytes a text beside its own, outside the heap that V8 collects.
 */
import { addBytes, addText, type Hash64, limits } from '../base/index.ts'
import { growArray } from './grow-array.ts'
import {
  copyBytes,
  decodeText,
  encodeText,
  hashOfAscii,
  hashOfBytes,
  LONG_TEXT,
  LONG_TEXT_BYTES,
  LongTexts,
  maxTextLimits,
  REFERENCE_BYTES,
  SHORT_TEXT_UNITS,
  TextLimitError,
  type TextLimits,
} from './text-storage.ts'

const FIRST_CAPACITY = 16
const FIRST_BYTES = 256
/** Bytes of memory above which `clear` releases it. */
const KEPT_BYTES = 1 << 22
/** Slots per text above which `clear` empties slots one by one: a large turn leaves tens of thousands of slots. */
const SPARSE = 32

/** UTF-16 units of a text beyond which its UTF-8 may be long. */
const MAYBE_LONG = Math.floor(LONG_TEXT_BYTES / 3)

export class Strings {
  /** Texts in one array; the text of an id ends at `#ends[id]`, where the next begins. */
  #bytes = Buffer.alloc(0)
  #ends = new Uint32Array(0)
  #hashes = new Int32Array(0)
  /** Open addressing by hash, at most half full: an id from 1, or 0. */
  #slots = new Int32Array(0)
  #size = 0
  /** Texts that came or were read as strings, by id. */
  readonly #texts: (string | undefined)[] = []
  readonly #long = new LongTexts()
  #bounds = maxTextLimits

  get size(): number {
    return this.#size
  }

  /** Bytes of UTF-8 of all texts. */
  get bytes(): number {
    return this.#used + this.#long.bytes
  }

  /** Sets the limits, which include the present texts; without `bounds` those of ids and memory. */
  setLimits(bounds: TextLimits = maxTextLimits): void {
    this.#bounds = bounds
  }

  /**
   * The id of a text; a new text gets the next id. Throws `TextLimitError` beyond `STRINGS_MAX`, `STRINGS_BYTES_MAX` or
   * `setLimits`.
   */
  idOf(text: string): number {
    if (text.length > MAYBE_LONG) {
      const bytes = encodeText(text)
      return this.idOfBytes(bytes, 0, bytes.length)
    }
    const hash = this.#hashOfText(text)
    const id = this.#findText(text, hash)
    return id < 0 ? this.#add(this.#write(text), hash, text) : id
  }

  /** `idOf` for the text whose UTF-8 is `bytes[from, to)`, which must be well-formed, or as `copy` wrote it. */
  idOfBytes(bytes: Uint8Array, from: number, to: number): number {
    const hash = hashOfBytes(bytes, from, to)
    const id = this.#find(bytes, from, to, hash)
    if (id >= 0) return id
    const at = this.#used
    if (to - from > LONG_TEXT_BYTES) return this.#addLong(bytes, from, to, hash)
    this.#reserve(to - from)
    copyBytes(bytes, from, to, this.#bytes, at)
    return this.#add(at + to - from, hash, undefined)
  }

  /** Removes all texts: ids restart from 0. Nobody may use the old ids. */
  clear(): void {
    this.#emptySlots()
    this.#long.clear()
    this.#size = 0
    this.#texts.length = 0
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.alloc(0)
  }

  /** Removes the newest texts down to `size` texts. Nobody may use their ids, which are assigned again. */
  forgetFrom(size: number): void {
    for (let id = this.#size - 1; id >= size; id--) {
      this.#slots[this.#slotOf(id)] = 0
      if (this.#isLong(id)) this.#long.forgetLast()
    }
    this.#texts.length = this.#size = Math.min(this.#size, size)
  }

  /** The id of a known text, or −1. */
  find(text: string): number {
    if (text.length > MAYBE_LONG) {
      const bytes = encodeText(text)
      return this.findBytes(bytes, 0, bytes.length)
    }
    return this.#findText(text, this.#hashOfText(text))
  }

  /** `find` for the text whose UTF-8 is `bytes[from, to)`. */
  findBytes(bytes: Uint8Array, from: number, to: number): number {
    return this.#find(bytes, from, to, hashOfBytes(bytes, from, to))
  }

  /** True for the id of a text. */
  has(id: number): boolean {
    return Number.isInteger(id) && id >= 0 && id < this.#size
  }

  textOf(id: number): string {
    return this.#texts[id] ?? this.#decoded(id)
  }

  /** Length of a text in UTF-8, bytes. */
  lengthOf(id: number): number {
    return this.#isLong(id) ? this.#longText(id).length : this.#ends[id] - this.#startOf(id)
  }

  /** Writes a text in UTF-8 to `target` from `at` on. */
  copy(id: number, target: Uint8Array, at: number): void {
    if (this.#isLong(id)) target.set(this.#longText(id), at)
    else copyBytes(this.#bytes, this.#startOf(id), this.#ends[id], target, at)
  }

  /** Adds a text to a hash, as `addText` does. */
  addTo(hash: Hash64, id: number): void {
    if (!addBytes(hash, this.#bytes, this.#startOf(id), this.#ends[id])) addText(hash, this.textOf(id))
  }

  /** Order of two ids by the UTF-8 bytes of their texts. */
  compare(left: number, right: number): number {
    if (this.#isLong(left) || this.#isLong(right)) return Buffer.compare(this.#view(left), this.#view(right))
    const [leftStart, rightStart] = [this.#startOf(left), this.#startOf(right)]
    const [leftLength, rightLength] = [this.#ends[left] - leftStart, this.#ends[right] - rightStart]
    const shorter = Math.min(leftLength, rightLength)
    for (let i = 0; i < shorter; i++) {
      const difference = this.#bytes[leftStart + i] - this.#bytes[rightStart + i]
      if (difference !== 0) return Math.sign(difference)
    }
    return Math.sign(leftLength - rightLength)
  }

  #decoded(id: number): string {
    // A cached long text would be in memory twice.
    if (this.#isLong(id)) return decodeText(this.#longText(id), 0)
    return (this.#texts[id] = decodeText(this.#bytes, this.#startOf(id), this.#ends[id]))
  }

  get #used(): number {
    return this.#startOf(this.#size)
  }

  #startOf(id: number): number {
    return id === 0 ? 0 : this.#ends[id - 1]
  }

  /** True if the table has a reference in place of the text. */
  #isLong(id: number): boolean {
    const start = this.#startOf(id)
    return this.#bytes[start] === LONG_TEXT && this.#ends[id] > start
  }

  #longText(id: number): Buffer {
    return this.#long.at(this.#bytes, this.#startOf(id))
  }

  #view(id: number): Buffer {
    return this.#isLong(id) ? this.#longText(id) : this.#bytes.subarray(this.#startOf(id), this.#ends[id])
  }

  #find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    if (mask < 0) return -1
    for (let slot = hash & mask; slots[slot] > 0; slot = (slot + 1) & mask) {
      const id = slots[slot] - 1
      if (this.#hashes[id] === hash && this.#isText(id, bytes, from, to)) return id
    }
    return -1
  }

  #findText(text: string, hash: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    if (mask < 0) return -1
    for (let slot = hash & mask; slots[slot] > 0; slot = (slot + 1) & mask) {
      const id = slots[slot] - 1
      if (this.#hashes[id] === hash && this.textOf(id) === text) return id
    }
    return -1
  }

  /** Hash of a text that is not long; written behind the last text to compute it, unless it is short and ASCII. */
  #hashOfText(text: string): number {
    const hash = text.length > SHORT_TEXT_UNITS ? undefined : hashOfAscii(text)
    if (hash !== undefined) return hash
    const end = this.#write(text)
    return hashOfBytes(this.#bytes, this.#used, end)
  }

  #isText(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#startOf(id)
    if (to - from > LONG_TEXT_BYTES) return this.#isLong(id) && this.#longText(id).equals(bytes.subarray(from, to))
    if (this.#ends[id] - start !== to - from) return false
    const own = this.#bytes
    for (let i = from, j = start; i < to; i++, j++) if (bytes[i] !== own[j]) return false
    return true
  }

  #addLong(bytes: Uint8Array, from: number, to: number, hash: number): number {
    const at = this.#used
    this.#reserve(REFERENCE_BYTES)
    const id = this.#add(at + REFERENCE_BYTES, hash, undefined, to - from)
    this.#long.add(bytes, from, to, this.#bytes, at)
    return id
  }

  /** Makes the bytes behind the last text a text. `more`: bytes of it that are stored elsewhere. */
  #add(end: number, hash: number, text: string | undefined, more = 0): number {
    const id = this.#size
    if (id >= this.#bounds.texts || end + more + this.#long.bytes > this.#bounds.bytes) throw new TextLimitError(this.#bounds)
    if (2 * (id + 1) > this.#slots.length) this.#grow()
    this.#size = id + 1
    this.#ends[id] = end
    this.#hashes[id] = hash
    this.#texts.push(text)
    this.#slots[this.#slotOf(id, 0)] = id + 1
    return id
  }

  /** Slot of a text, or with 0 the free slot for it. Valid for texts that are removed in the order of their ids, or newest first. */
  #slotOf(id: number, entry = id + 1): number {
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = this.#hashes[id] & mask
    while (slots[slot] !== entry) slot = (slot + 1) & mask
    return slot
  }

  #emptySlots(): void {
    const slots = this.#slots
    if (this.#size * SPARSE > slots.length) return void slots.fill(0)
    for (let id = 0; id < this.#size; id++) slots[this.#slotOf(id)] = 0
  }

  #grow(): void {
    const capacity = Math.max(FIRST_CAPACITY, this.#slots.length)
    this.#ends = growArray(this.#ends, capacity)
    this.#hashes = growArray(this.#hashes, capacity)
    this.#slots = new Int32Array(capacity * 2)
    for (let id = 0; id < this.#size; id++) this.#slots[this.#slotOf(id, 0)] = id + 1
  }

  /** Writes a text behind the last text, where it may stay. Returns its end. */
  #write(text: string): number {
    const { length } = text
    const at = this.#used
    if (length > SHORT_TEXT_UNITS) return this.#encode(text, at)
    this.#reserve(length)
    const bytes = this.#bytes
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 0x80) return this.#encode(text, at)
      bytes[at + i] = unit
    }
    return at + length
  }

  #encode(text: string, at: number): number {
    const bytes = encodeText(text)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, at)
    return at + bytes.length
  }

  #reserve(more: number): void {
    const needed = this.#used + more
    if (needed <= this.#bytes.length) return
    if (needed > limits.STRINGS_BYTES_MAX) throw new TextLimitError(maxTextLimits)
    const larger = Buffer.alloc(Math.min(limits.STRINGS_BYTES_MAX, Math.max(needed, this.#bytes.length * 2, FIRST_BYTES)))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
