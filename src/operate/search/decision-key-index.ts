/**
 * An in-memory index from keys to decision batches, by a hash of the key's text.
 *
 * Entries are in the order of their batches, and each links to the previous one in its slot: a lookup goes from the newest batch backwards.
 * Hashes may collide, so a lookup may return a batch without the key, but it never misses one. An entry takes 16 to 24 bytes. A full index
 * drops its older half; `from` is the oldest batch that it still holds completely.
 */
import { addText, type Hash64, limits } from '../../base/index.ts'
import type { Value } from '../../define/ir/index.ts'

const FIRST_CAPACITY = 1 << 10

const scratch: Hash64 = { high: 0, low: 0 }

function hashOfText(text: string): number {
  scratch.high = scratch.low = 0
  addText(scratch, text)
  return scratch.low
}

/** Hash of a key, as `matchesKey` compares texts. */
export const hashOfKey = (key: Value): number => hashOfText(String(key))

/** Hashes of the keys that a text may denote: a number has several notations. */
function hashesOf(text: string): number[] {
  const number = Number(text)
  const asNumber = text.trim() !== '' && !Number.isNaN(number) ? hashOfKey(number) : undefined
  const asText = hashOfText(text)
  return asNumber === undefined || asNumber === asText ? [asText] : [asText, asNumber]
}

/** The index of one log. */
export class DecisionKeyIndex {
  readonly #limit: number
  #size = 0
  /** By entry: number of its batch, hash, and the previous entry in the same slot (from 1; 0 for none). */
  #batches = new Float64Array(FIRST_CAPACITY)
  #hashes = new Int32Array(FIRST_CAPACITY)
  #before = new Int32Array(FIRST_CAPACITY)
  /** By slot: the newest entry (from 1; 0 for none). The number of slots is a power of two. */
  #slots = new Int32Array(FIRST_CAPACITY)
  #from = 0
  readonly #unreadable: number[] = []

  constructor(limit: number = limits.DECISION_KEYS_INDEXED_MAX) {
    this.#limit = limit
  }

  /** Number of entries. */
  get size(): number {
    return this.#size
  }

  /** The first batch with all keys in the index; 0 if nothing was dropped. */
  get from(): number {
    return this.#from
  }

  /** Adds the keys of a batch, whose number is above all earlier ones. */
  add(batch: number, keys: Iterable<number>): void {
    const hashes = new Set(keys)
    if (this.#size + hashes.size > this.#limit) this.#dropOlder()
    this.#reserve(hashes.size)
    for (const hash of hashes) {
      this.#batches[this.#size] = batch
      this.#hashes[this.#size] = hash
      this.#link(this.#size++)
    }
  }

  /** Adds a batch with unreadable keys, which every lookup returns. */
  addUnreadable(batch: number): void {
    this.#unreadable.push(batch)
  }

  /** Numbers of the batches that may contain a key in this notation, newest first, each once. */
  *batchesOf(text: string): Generator<number> {
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
      if (this.#hashes[entry - 1] === hash) yield this.#batches[entry - 1]
  }

  #link(entry: number): void {
    const slot = this.#hashes[entry] & (this.#slots.length - 1)
    this.#before[entry] = this.#slots[slot]
    this.#slots[slot] = entry + 1
  }

  /** Drops the older half, in whole batches. */
  #dropOlder(): void {
    let first = this.#size >> 1
    while (first > 0 && first < this.#size && this.#batches[first] === this.#batches[first - 1]) first++
    this.#from = first < this.#size ? this.#batches[first] : (this.#batches[this.#size - 1] ?? 0) + 1
    this.#batches.copyWithin(0, first, this.#size)
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
    this.#batches = grown(new Float64Array(capacity), this.#batches)
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
