/**
 * Strings as small integers, for keys and string features: hot paths compare ids, never text.
 *
 * Texts stand as UTF-8 one behind the other in one array and are found by a hash of their bytes, so that a text that comes as bytes and leaves as
 * bytes is never a string of JavaScript's; one that was given or asked for as a string is kept as one too. 12 to 20 bytes a text beside its own,
 * outside of what V8 collects.
 */
import { addBytes, addText, type Hash64 } from '../base/hash.ts'
import { limits } from '../base/limits.ts'
import { SpillwayError } from '../base/errors.ts'
import { grown } from './grown.ts'

const FIRST_CAPACITY = 16
const FIRST_BYTES = 256
/** Bytes beyond which the memory of texts that were forgotten is given back. */
const KEPT_BYTES = 1 << 22
/** Slots a text from which on those of forgotten texts are emptied one by one: a large turn leaves tens of thousands behind. */
const SPARSE = 32
/** Units of a text beyond which the engine's encoder is faster than a loop. */
const SHORT = 64
/** Stands before the UTF-16 of a text that has no UTF-8, half a surrogate pair being in it: no UTF-8 begins so. Only definitions may have such texts. */
export const NO_UTF8 = 0xff

const encoder = new TextEncoder()

export class Strings {
  /** Texts one behind the other; the text of an id ends at `#ends[id]`, where the next one begins. */
  #bytes = Buffer.alloc(0)
  #ends = new Uint32Array(0)
  #hashes = new Int32Array(0)
  /** Open addressing by hash, at most half full: an id from 1, or 0. */
  #slots = new Int32Array(0)
  #size = 0
  /** Of those that were given or asked for. */
  readonly #texts: (string | undefined)[] = []

  get size(): number {
    return this.#size
  }

  /** The id of a text, given on first sight. Throws `SPILL_LIMIT` past `STRINGS_MAX`, or `STRINGS_BYTES_MAX`. */
  idOf(text: string): number {
    const hash = this.#hashOfText(text)
    const id = this.#findText(text, hash)
    return id < 0 ? this.#add(this.#write(text), hash, text) : id
  }

  /** The same for the text whose UTF-8 is `bytes[from, to)`, which must be well-formed; or as `copy` gave it. */
  idOfBytes(bytes: Uint8Array, from: number, to: number): number {
    const hash = hashOf(bytes, from, to)
    const id = this.#find(bytes, from, to, hash)
    if (id >= 0) return id
    const at = this.#used
    this.#reserve(to - from)
    copyBytes(bytes, from, to, this.#bytes, at)
    return this.#add(at + to - from, hash, undefined)
  }

  /** Forgets all texts: ids begin anew. For texts that nobody looks at later. */
  clear(): void {
    this.#emptySlots()
    this.#size = 0
    this.#texts.length = 0
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.alloc(0)
  }

  /** The id of a text seen before, or −1. */
  find(text: string): number {
    return this.#findText(text, this.#hashOfText(text))
  }

  /** The same for the text whose UTF-8 is `bytes[from, to)`. */
  findBytes(bytes: Uint8Array, from: number, to: number): number {
    return this.#find(bytes, from, to, hashOf(bytes, from, to))
  }

  /** Is this the id of a text? */
  has(id: number): boolean {
    return Number.isInteger(id) && id >= 0 && id < this.#size
  }

  textOf(id: number): string {
    return (this.#texts[id] ??= this.#decoded(id))
  }

  /** Bytes of a text in UTF-8. */
  lengthOf(id: number): number {
    return this.#ends[id] - this.#startOf(id)
  }

  /** Writes a text in UTF-8 to `target` from `at` on. */
  copy(id: number, target: Uint8Array, at: number): void {
    copyBytes(this.#bytes, this.#startOf(id), this.#ends[id], target, at)
  }

  /** Adds a text to a hash, as `addText` does. */
  addTo(hash: Hash64, id: number): void {
    if (!addBytes(hash, this.#bytes, this.#startOf(id), this.#ends[id])) addText(hash, this.textOf(id))
  }

  /** Order of two ids by the UTF-8 bytes of their texts. */
  compare(left: number, right: number): number {
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
    const [start, end] = [this.#startOf(id), this.#ends[id]]
    return this.#bytes[start] === NO_UTF8 && end > start
      ? this.#bytes.toString('utf16le', start + 1, end)
      : this.#bytes.toString('utf8', start, end)
  }

  get #used(): number {
    return this.#startOf(this.#size)
  }

  #startOf(id: number): number {
    return id === 0 ? 0 : this.#ends[id - 1]
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

  /** That of its bytes; written behind the last text to find it, unless it is short and ASCII. */
  #hashOfText(text: string): number {
    const hash = text.length > SHORT ? undefined : hashOfAscii(text)
    if (hash !== undefined) return hash
    const end = this.#write(text)
    return hashOf(this.#bytes, this.#used, end)
  }

  #isText(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#startOf(id)
    if (this.#ends[id] - start !== to - from) return false
    const own = this.#bytes
    for (let i = from, j = start; i < to; i++, j++) if (bytes[i] !== own[j]) return false
    return true
  }

  /** Makes what was written behind the last text a text. */
  #add(end: number, hash: number, text: string | undefined): number {
    const id = this.#size
    if (id >= limits.STRINGS_MAX)
      throw new SpillwayError('SPILL_LIMIT', `more than ${limits.STRINGS_MAX} distinct strings in keys and features (STRINGS_MAX)`)
    if (2 * (id + 1) > this.#slots.length) this.#grow()
    this.#size = id + 1
    this.#ends[id] = end
    this.#hashes[id] = hash
    this.#texts.push(text)
    this.#place(id)
    return id
  }

  #place(id: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = this.#hashes[id] & mask
    while (slots[slot] > 0) slot = (slot + 1) & mask
    slots[slot] = id + 1
  }

  #emptySlots(): void {
    const slots = this.#slots
    if (this.#size * SPARSE > slots.length) return void slots.fill(0)
    const mask = slots.length - 1
    for (let id = 0; id < this.#size; id++) {
      let slot = this.#hashes[id] & mask
      while (slots[slot] !== id + 1) slot = (slot + 1) & mask
      slots[slot] = 0
    }
  }

  #grow(): void {
    const capacity = Math.max(FIRST_CAPACITY, this.#slots.length)
    this.#ends = grown(this.#ends, capacity)
    this.#hashes = grown(this.#hashes, capacity)
    this.#slots = new Int32Array(capacity * 2)
    for (let id = 0; id < this.#size; id++) this.#place(id)
  }

  /** Writes a text behind the last one, where it may stay. Returns where it ends. */
  #write(text: string): number {
    const { length } = text
    const at = this.#used
    if (length > SHORT) return this.#encode(text, at)
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
    const encoded = text.isWellFormed() ? encoder.encode(text) : Buffer.concat([Buffer.of(NO_UTF8), Buffer.from(text, 'utf16le')])
    this.#reserve(encoded.length)
    this.#bytes.set(encoded, at)
    return at + encoded.length
  }

  #reserve(more: number): void {
    const needed = this.#used + more
    if (needed <= this.#bytes.length) return
    if (needed > limits.STRINGS_BYTES_MAX)
      throw new SpillwayError(
        'SPILL_LIMIT',
        `more than ${limits.STRINGS_BYTES_MAX} bytes of strings in keys and features (STRINGS_BYTES_MAX)`,
      )
    const larger = Buffer.alloc(Math.min(limits.STRINGS_BYTES_MAX, Math.max(needed, this.#bytes.length * 2, FIRST_BYTES)))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

/** Four bytes a multiplication; the lowest bits, by which slots are found, depend on all. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = to - from
  let i = from
  for (; i + 4 <= to; i += 4) hash = mixed(hash, bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24))
  for (; i < to; i++) hash = mixed(hash, bytes[i])
  return finished(hash)
}

/** The same of a text whose units are bytes of UTF-8, or nothing. */
function hashOfAscii(text: string): number | undefined {
  const { length } = text
  let hash = length
  let all = 0
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const [first, second, third, fourth] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2), text.charCodeAt(i + 3)]
    all |= first | second | third | fourth
    hash = mixed(hash, first | (second << 8) | (third << 16) | (fourth << 24))
  }
  for (; i < length; i++) {
    const unit = text.charCodeAt(i)
    all |= unit
    hash = mixed(hash, unit)
  }
  return all < 0x80 ? finished(hash) : undefined
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1)
  return product ^ (product >>> 15)
}

function finished(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** A call into the engine costs more than a short text. */
function copyBytes(bytes: Uint8Array, from: number, to: number, target: Uint8Array, at: number): void {
  if (to - from > SHORT) target.set(bytes.subarray(from, to), at)
  else for (let i = from, j = at; i < to; i++, j++) target[j] = bytes[i]!
}
