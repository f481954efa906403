import { ensureCapacity, mixHash } from '../columns/index.ts'

const EMPTY = -1
const SMALLEST = 16

/**
 * Indexes the latest visible event of each identity: its key slot (−1 where it counts nowhere), time and source position.
 *
 * An open-addressing table of entries, at most half full. An identity is dropped once its latest event arrived more than `keptFor`
 * ago, since no revision of it is accepted any more. A full table drops such entries before it grows, so it holds at most twice the
 * identities that can still be revised.
 *
 * Bytes: `8 · width + 28` per entry, and 8 to 16 for the table.
 */
export class IdentityIndex {
  readonly #width: number
  #keptFor: number
  #table = new Int32Array(SMALLEST).fill(EMPTY)
  /** By entry: the values of its identity. */
  #parts = new Float64Array(0)
  #slots = new Int32Array(0)
  #time = new Float64Array(0)
  #arrival = new Float64Array(0)
  #sourcePosition = new Float64Array(0)
  #count = 0
  /** The greatest arrival so far, UTC ms. */
  #now = -Infinity

  /** Identities of `width` values; `keptFor` in milliseconds. */
  constructor(width: number, keptFor: number) {
    this.#width = width
    this.#keptFor = keptFor
  }

  get size(): number {
    return this.#count
  }

  /** Sets the retention of identities, milliseconds. */
  setRetention(keptFor: number): void {
    this.#keptFor = keptFor
  }

  get bytes(): number {
    const columns = [this.#table, this.#parts, this.#slots, this.#time, this.#arrival, this.#sourcePosition]
    return columns.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** The entry of an identity, valid until the next `put`; −1 if there is none. */
  find(identity: Float64Array): number {
    return this.#table[this.#placeOf(identity, 0)]
  }

  slotOf(entry: number): number {
    return this.#slots[entry]
  }

  timeOf(entry: number): number {
    return this.#time[entry]
  }

  sourcePositionOf(entry: number): number {
    return this.#sourcePosition[entry]
  }

  /** Makes this event the latest of its identity. */
  put(identity: Float64Array, slot: number, time: number, arrival: number, sourcePosition: number): void {
    if (arrival > this.#now) this.#now = arrival
    let entry = this.find(identity)
    if (entry === EMPTY) {
      if (this.#count * 2 === this.#table.length) this.#makeRoom()
      entry = this.#add(identity)
    }
    this.#slots[entry] = slot
    this.#time[entry] = time
    this.#arrival[entry] = arrival
    this.#sourcePosition[entry] = sourcePosition
  }

  #add(identity: Float64Array): number {
    const entry = this.#count++
    this.#parts = ensureCapacity(this.#parts, this.#count * this.#width)
    this.#slots = ensureCapacity(this.#slots, this.#count)
    this.#time = ensureCapacity(this.#time, this.#count)
    this.#arrival = ensureCapacity(this.#arrival, this.#count)
    this.#sourcePosition = ensureCapacity(this.#sourcePosition, this.#count)
    this.#parts.set(identity, entry * this.#width)
    this.#table[this.#placeOf(identity, 0)] = entry
    return entry
  }

  /** Drops identities that can no longer be revised. The table doubles if less than half of them go. */
  #makeRoom(): void {
    let next = 0
    for (let entry = 0; entry < this.#count; entry++) {
      if (this.#arrival[entry] < this.#now - this.#keptFor) continue
      this.#parts.copyWithin(next * this.#width, entry * this.#width, (entry + 1) * this.#width)
      for (const column of [this.#slots, this.#time, this.#arrival, this.#sourcePosition]) column[next] = column[entry]
      next++
    }
    this.#count = next
    this.#table = new Int32Array(next * 4 > this.#table.length ? this.#table.length * 2 : this.#table.length).fill(EMPTY)
    for (let entry = 0; entry < next; entry++) this.#table[this.#placeOf(this.#parts, entry * this.#width)] = entry
  }

  /** The table index of the identity that starts at `at`, or of a free place for it. */
  #placeOf(parts: Float64Array, at: number): number {
    const mask = this.#table.length - 1
    let hash = 0
    for (let part = 0; part < this.#width; part++) hash = mixHash(hash, parts[at + part])
    let place = (hash ^ (hash >>> 13)) & mask
    while (this.#table[place] !== EMPTY && !this.#isEntry(this.#table[place], parts, at)) place = (place + 1) & mask
    return place
  }

  #isEntry(entry: number, parts: Float64Array, at: number): boolean {
    for (let part = 0; part < this.#width; part++) if (this.#parts[entry * this.#width + part] !== parts[at + part]) return false
    return true
  }
}
