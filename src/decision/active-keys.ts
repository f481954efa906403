/**
 * Tracks the active keys of a tick: the keys with an event in the last `live` ms (semantics, decisions and placements).
 *
 * Events come in the order of arrival, from all sources that determine liveness. Ticks come in order of time, each after the events
 * that are visible to it. An event's time is never after its arrival, so a key's newest event time decides, and an inactive key needs
 * no state.
 *
 * State: 16 bytes per active key, and 8 of a table. An event costs a lookup. A tick costs a walk over the active keys, in order;
 * where keys changed, also a sort of the new ones, and a copy.
 *
 * After a restart the state is that of the events with an arrival from `t − live` on: an earlier arrival has an earlier time.
 */
import { definitionOf, assert, SpillwayError, limits } from '../base/index.ts'
import type { Block, ColumnData, Strings } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import { Kernel } from '../kernel/index.ts'

/** Compares two keys as their column holds them. */
export type KeyOrder = (left: number, right: number) => number

const FIRST_CAPACITY = 1024

/** The active keys of one or several sources. */
export class ActiveKeys {
  readonly #live: number
  readonly #order: KeyOrder
  readonly #keysMax: number
  /** By slot. The first `#sorted` slots are in the order of their keys; the others are new since the last tick. */
  #keys = new Float64Array(FIRST_CAPACITY)
  #last = new Float64Array(FIRST_CAPACITY)
  #size = 0
  #sorted = 0
  /** Open addressing with linear probing: a slot plus one, or 0. At most half full. */
  #table = new Int32Array(2 * FIRST_CAPACITY)
  /** Event times below it are outside every later tick. */
  #tail = -Infinity

  constructor(live: number, order: KeyOrder, keysMax: number = limits.KEYS_MAX) {
    this.#live = live
    this.#order = order
    this.#keysMax = keysMax
  }

  /** Adds events: their keys and times. An event with a NULL key has no key. Throws `SPILL_LIMIT` past `KEYS_MAX` keys. */
  add({ values, nulls }: ColumnData, time: Float64Array): void {
    for (let row = 0; row < time.length; row++) {
      if (nulls?.[row] || time[row] < this.#tail) continue
      const slot = this.#slotOf(values[row])
      if (time[row] > this.#last[slot]) this.#last[slot] = time[row]
    }
  }

  /** The keys active at a tick, in order; valid until events are added again. `t`, UTC ms, does not decrease. */
  activeAt(t: number): Float64Array {
    const tail = t - this.#live
    assert(tail >= this.#tail, 'ticks come in order')
    this.#tail = tail
    if (this.#sorted < this.#size || this.#hasInactive()) this.#rebuild()
    return this.#keys.subarray(0, this.#size)
  }

  /** The newest event time of a key that was active at the last tick, UTC ms; −Infinity for any other key. */
  newestTime(key: number): number {
    const mask = this.#table.length - 1
    for (let place = hashOf(key) & mask; this.#table[place] !== 0; place = (place + 1) & mask) {
      const slot = this.#table[place] - 1
      if (this.#keys[slot] === key) return this.#last[slot]
    }
    return -Infinity
  }

  #hasInactive(): boolean {
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
      throw new SpillwayError('SPILL_LIMIT', `more than ${this.#keysMax} keys are active at once (KEYS_MAX); shorten 'live'`)
    const slot = this.#size++
    this.#keys[slot] = key
    this.#last[slot] = -Infinity
    this.#table[place] = slot + 1
    if (this.#size === this.#keys.length) this.#replace(this.#keys, this.#last, 2 * this.#size)
    return slot
  }

  /**
   * Drops inactive keys, and merges the new keys into the sorted ones. Each new key is found by bisection, since comparing texts is
   * slow.
   */
  #rebuild(): void {
    const added = this.#keys.slice(this.#sorted, this.#size).filter((_, i) => this.#last[this.#sorted + i] >= this.#tail)
    added.sort(this.#order)
    const lastOf = added.map(key => this.#last[this.#slotOf(key)])
    const keys = new Float64Array(this.#keys.length)
    const last = new Float64Array(this.#keys.length)
    let length = 0
    let from = 0
    for (let i = 0; i <= added.length; i++) {
      const to = i < added.length ? this.#placeOf(added[i], from) : this.#sorted
      for (let slot = from; slot < to; slot++) {
        if (this.#last[slot] < this.#tail) continue
        keys[length] = this.#keys[slot]
        last[length++] = this.#last[slot]
      }
      if (i === added.length) break
      keys[length] = added[i]
      last[length++] = lastOf[i]
      from = to
    }
    this.#size = this.#sorted = length
    this.#replace(keys, last, Math.max(FIRST_CAPACITY, length < keys.length / 4 ? keys.length / 2 : keys.length))
  }

  /** The first of the sorted slots from `from` on whose key is greater. */
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

  /** Replaces the keys by these, with room for `capacity`, and rebuilds the table. */
  #replace(keys: Float64Array<ArrayBuffer>, last: Float64Array<ArrayBuffer>, capacity: number): void {
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

/** Hashes a whole number within ±2^53 to 32 bits, so that neighbours are apart. A collision costs a comparison, never a wrong answer. */
function hashOf(key: number): number {
  const hash = Math.imul(key ^ (key / 2 ** 32), 0x9e3779b1)
  return hash ^ (hash >>> 15)
}

/**
 * The active keys of a source with an identity: a superseded event, or one marked deleted, makes no key active.
 *
 * The kernel decides which events count in a window. So this class reads a group with one feature: the time since the key's newest
 * event in the last `live` ms. A tick reads every key that was active or has had an event since; inactive keys are dropped until
 * their next event. Cost: the kernel's cost per event, and one read per key at a tick.
 */
export class RevisableActiveKeys {
  readonly #key: string
  readonly #kernel: Kernel
  readonly #order: KeyOrder
  readonly #isText: boolean
  /** Keys that are active, or had an event since, with the newest event time of each at the last tick. */
  readonly #keys = new Map<number, number>()

  constructor(source: SourceIR, key: string, live: number, order: KeyOrder, strings: Strings) {
    const column = definitionOf(source.columns, key)
    this.#key = key
    this.#order = order
    this.#isText = column.type === 'string'
    this.#kernel = new Kernel(
      {
        name: `live keys of ${source.name}`,
        source: source.name,
        entity: [column.entity ?? key],
        key: [key],
        place: { kind: 'stream' },
        features: [{ name: 'since', agg: 'timeSinceLast', window: live, hop: 1, type: 'duration' }],
      },
      source,
      { strings },
    )
  }

  /** Adds events. */
  add(block: Block): void {
    this.#kernel.apply(block)
    const { values, nulls } = block.columns[this.#key]
    for (let row = 0; row < block.length; row++) if (!nulls?.[row] && !this.#keys.has(values[row])) this.#keys.set(values[row], -Infinity)
  }

  /** The keys active at a tick, in order. `t`, UTC ms, does not decrease. */
  activeAt(t: number): Float64Array {
    const all = [...this.#keys.keys()]
    const keyColumn: ColumnData = { values: this.#isText ? Int32Array.from(all) : Float64Array.from(all) }
    const [{ values, nulls }] = this.#kernel.read([keyColumn], new Float64Array(all.length).fill(t))
    all.forEach((key, i) => (nulls[i] ? this.#keys.delete(key) : this.#keys.set(key, t - values[i])))
    return Float64Array.from(this.#keys.keys()).sort(this.#order)
  }

  /** As in `ActiveKeys`. */
  newestTime(key: number): number {
    return this.#keys.get(key) ?? -Infinity
  }
}
