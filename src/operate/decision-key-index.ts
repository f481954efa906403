/**
 * In-memory index of the stretches of decisions about a key, by a hash of the key's text.
 *
 * Entries are in the order of their stretches. Each entry links to the previous entry in its slot, so a lookup goes from the newest stretch
 * back. Two keys may have the same hash. A lookup may therefore return a stretch without the key, but it omits no stretch with the key. An
 * entry takes 16 to 24 bytes. A full index drops its older half; `from` is the oldest stretch that it still holds whole.
 */
import { addText, type Hash64 } from '../base/hash.ts'
import { limits } from '../base/limits.ts'
import type { Value } from '../define/ir/ir.ts'

const FIRST_CAPACITY = 1 << 10

const scratch: Hash64 = { high: 0, low: 0 }

function hashOfText(text: string): number {
  scratch.high = scratch.low = 0
  addText(scratch, text)
  return scratch.low
}

/** The hash of a key as `isKey` reads texts. */
export const hashOfKey = (key: Value): number => hashOfText(String(key))

/** Of the keys that a text may be: a number may be written in several ways. */
function hashesOf(text: string): number[] {
  const number = Number(text)
  const asNumber = text.trim() !== '' && !Number.isNaN(number) ? hashOfKey(number) : undefined
  const asText = hashOfText(text)
  return asNumber === undefined || asNumber === asText ? [asText] : [asText, asNumber]
}

export class KeyIndex {
  readonly #most: number
  #size = 0
  /** By entry: the number of its stretch, the hash, and the entry before it in the same slot, from 1, or 0. */
  #stretches = new Float64Array(FIRST_CAPACITY)
  #hashes = new Int32Array(FIRST_CAPACITY)
  #before = new Int32Array(FIRST_CAPACITY)
  /** By slot, the newest entry, from 1, or 0; a power of two. */
  #slots = new Int32Array(FIRST_CAPACITY)
  #from = 0
  readonly #unreadable: number[] = []

  constructor(most: number = limits.DECISION_KEYS_INDEXED_MAX) {
    this.#most = most
  }

  /** Entries that it holds. */
  get size(): number {
    return this.#size
  }

  /** The first stretch of which all keys are in it; 0 if nothing was dropped. */
  get from(): number {
    return this.#from
  }

  /** Adds the keys of a stretch, whose number is above those before it. */
  add(stretch: number, keys: Iterable<number>): void {
    const own = new Set(keys)
    if (this.#size + own.size > this.#most) this.#dropOlder()
    this.#reserve(own.size)
    for (const hash of own) {
      this.#stretches[this.#size] = stretch
      this.#hashes[this.#size] = hash
      this.#link(this.#size++)
    }
  }

  /** Adds a stretch whose keys cannot be read: whoever looks for any key comes upon it. */
  addUnreadable(stretch: number): void {
    this.#unreadable.push(stretch)
  }

  /** The numbers of stretches that may be about a key that is written so, the newest first, each once. */
  *stretchesOf(text: string): Generator<number> {
    const walks = [...hashesOf(text).map(hash => this.#walk(hash)), this.#unreadable.toReversed().values()]
    const heads = walks.map(walk => walk.next())
    while (true) {
      const newest = Math.max(...heads.map(({ done, value }) => (done ? -1 : value)))
      if (newest < 0) return
      yield newest
      heads.forEach(({ done, value }, i) => {
        if (!done && value === newest) heads[i] = walks[i].next()
      })
    }
  }

  *#walk(hash: number): Generator<number, undefined> {
    for (let entry = this.#slots[hash & (this.#slots.length - 1)]; entry > 0; entry = this.#before[entry - 1])
      if (this.#hashes[entry - 1] === hash) yield this.#stretches[entry - 1]
  }

  #link(entry: number): void {
    const slot = this.#hashes[entry] & (this.#slots.length - 1)
    this.#before[entry] = this.#slots[slot]
    this.#slots[slot] = entry + 1
  }

  /** Of whole stretches. */
  #dropOlder(): void {
    let first = this.#size >> 1
    while (first > 0 && first < this.#size && this.#stretches[first] === this.#stretches[first - 1]) first++
    this.#from = first < this.#size ? this.#stretches[first] : (this.#stretches[this.#size - 1] ?? 0) + 1
    this.#stretches.copyWithin(0, first, this.#size)
    this.#hashes.copyWithin(0, first, this.#size)
    this.#size -= first
    this.#relink()
  }

  #reserve(more: number): void {
    const needed = this.#size + more
    if (needed <= this.#hashes.length) return
    const capacity = 2 ** Math.ceil(Math.log2(needed))
    const grown = <A extends Float64Array | Int32Array>(larger: A, old: A): A => {
      larger.set(old)
      return larger
    }
    this.#stretches = grown(new Float64Array(capacity), this.#stretches)
    this.#hashes = grown(new Int32Array(capacity), this.#hashes)
    this.#before = new Int32Array(capacity)
    this.#slots = new Int32Array(capacity)
    this.#relink()
  }

  #relink(): void {
    this.#slots.fill(0)
    for (let entry = 0; entry < this.#size; entry++) this.#link(entry)
  }
}
