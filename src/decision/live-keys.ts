/**
 * The keys that a tick decides about: those with an event in the last `live` ms (semantics §4), kept as events come.
 *
 * Events are given in the order of arrival, of all sources that tell; ticks come in order of time, each after the events that it knows. An event's
 * time is never above its arrival, so that the newest time of a key decides, and a key whose time has passed needs nothing more: state is that of
 * live keys, 16 bytes each and 8 of a table. An event costs a look-up. A tick costs a walk over the live keys, in their order; where keys came or
 * went, also sorting those that came, and a copy.
 *
 * After a restart the state is that of the events with an arrival from `t − live` on: an earlier one is of an earlier time.
 */
import { assert } from '../base/assert.ts'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Column } from '../columns/block.ts'

/** Order of two keys, as their column holds them. */
export type KeyOrder = (left: number, right: number) => number

const FIRST_CAPACITY = 1024

export class LiveKeys {
  readonly #live: number
  readonly #order: KeyOrder
  readonly #keysMax: number
  /** By slot. The first `#sorted` slots are in order of their keys; those behind came since the last tick. */
  #keys = new Float64Array(FIRST_CAPACITY)
  #last = new Float64Array(FIRST_CAPACITY)
  #size = 0
  #sorted = 0
  /** Open addressing with linear probing: a slot plus one, or 0. At most half full. */
  #table = new Int32Array(2 * FIRST_CAPACITY)
  /** Times below it are of no tick to come. */
  #tail = -Infinity

  constructor(live: number, order: KeyOrder, keysMax: number = limits.KEYS_MAX) {
    this.#live = live
    this.#order = order
    this.#keysMax = keysMax
  }

  /** Takes events: their keys and times. One whose key is NULL is of no key. Throws `SPILL_LIMIT` past `KEYS_MAX` keys. */
  see({ values, nulls }: Column, time: Float64Array): void {
    for (let row = 0; row < time.length; row++) {
      if (nulls?.[row] || time[row] < this.#tail) continue
      const slot = this.#slotOf(values[row])
      if (time[row] > this.#last[slot]) this.#last[slot] = time[row]
    }
  }

  /** The keys live at a tick, in order. Good until events are taken again. `t`, UTC ms, does not go back. */
  at(t: number): Float64Array {
    const tail = t - this.#live
    assert(tail >= this.#tail, 'ticks come in order')
    this.#tail = tail
    if (this.#sorted < this.#size || this.#anyDead()) this.#rebuild()
    return this.#keys.subarray(0, this.#size)
  }

  /** The newest event time of a key that was live at the last tick, UTC ms; −Infinity of any other. */
  newestOf(key: number): number {
    const mask = this.#table.length - 1
    for (let place = hashOf(key) & mask; this.#table[place] !== 0; place = (place + 1) & mask) {
      const slot = this.#table[place] - 1
      if (this.#keys[slot] === key) return this.#last[slot]
    }
    return -Infinity
  }

  #anyDead(): boolean {
    for (let slot = 0; slot < this.#size; slot++) if (this.#last[slot] < this.#tail) return true
    return false
  }

  #slotOf(key: number): number {
    const mask = this.#table.length - 1
    let place = hashOf(key) & mask
    for (; this.#table[place] !== 0; place = (place + 1) & mask) {
      const slot = this.#table[place] - 1
      if (this.#keys[slot] === key) return slot
    }
    return this.#add(key, place)
  }

  #add(key: number, place: number): number {
    if (this.#size >= this.#keysMax)
      throw new SpillwayError('SPILL_LIMIT', `more than ${this.#keysMax} keys are live at once (KEYS_MAX); a shorter live has fewer`)
    const slot = this.#size++
    this.#keys[slot] = key
    this.#last[slot] = -Infinity
    this.#table[place] = slot + 1
    if (this.#size === this.#keys.length) this.#take(this.#keys, this.#last, 2 * this.#size)
    return slot
  }

  /** Drops the dead, and puts those that came into the order of those that were there: each is looked for, for order may be that of texts. */
  #rebuild(): void {
    const came = this.#keys.slice(this.#sorted, this.#size).filter((_, i) => this.#last[this.#sorted + i] >= this.#tail)
    came.sort(this.#order)
    const lastOf = came.map(key => this.#last[this.#slotOf(key)])
    const keys = new Float64Array(this.#keys.length)
    const last = new Float64Array(this.#keys.length)
    let length = 0
    let from = 0
    for (let i = 0; i <= came.length; i++) {
      const to = i < came.length ? this.#placeOf(came[i], from) : this.#sorted
      for (let slot = from; slot < to; slot++) {
        if (this.#last[slot] < this.#tail) continue
        keys[length] = this.#keys[slot]!
        last[length++] = this.#last[slot]!
      }
      if (i === came.length) break
      keys[length] = came[i]!
      last[length++] = lastOf[i]!
      from = to
    }
    this.#size = this.#sorted = length
    this.#take(keys, last, Math.max(FIRST_CAPACITY, length < keys.length / 4 ? keys.length / 2 : keys.length))
  }

  /** The first of the sorted slots, from `from` on, whose key comes behind this one. */
  #placeOf(key: number, from: number): number {
    let low = from
    let high = this.#sorted
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#order(this.#keys[middle], key) > 0) high = middle
      else low = middle + 1
    }
    return low
  }

  /** These keys, with room for `capacity`, and the table that finds them. */
  #take(keys: Float64Array<ArrayBuffer>, last: Float64Array<ArrayBuffer>, capacity: number): void {
    this.#keys = resized(keys, capacity)
    this.#last = resized(last, capacity)
    this.#table = new Int32Array(2 * capacity)
    const mask = this.#table.length - 1
    for (let slot = 0; slot < this.#size; slot++) {
      let place = hashOf(this.#keys[slot]) & mask
      while (this.#table[place] !== 0) place = (place + 1) & mask
      this.#table[place] = slot + 1
    }
  }
}

function resized(values: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  const other = new Float64Array(capacity)
  other.set(values.subarray(0, Math.min(values.length, capacity)))
  return other
}

/** A whole number within ±2^53 to 32 bits, so that neighbours do not stand together. What collides costs a look, never an answer. */
function hashOf(key: number): number {
  const hash = Math.imul(key ^ (key / 2 ** 32), 0x9e3779b1)
  return hash ^ (hash >>> 15)
}
