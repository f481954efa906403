/**
 * Append-only hash table from 64-bit id hashes to the sequence numbers and arrivals of their events; arrivals never fall.
 *
 * Nothing large is ever copied. Columns are chunked, and hash slots are in parts by the first bits of the hash. A full part is split alone
 * (extendible hashing), so no addition takes longer than one part. Ids get their slots at the next search: ids of a log that is read again
 * are placed together, ordered by part, which avoids most cache misses. A slot holds some bits of the hash beside the entry's number, so
 * most other ids are skipped without a memory access to their hash. Cost: 24 bytes an id, and 8 to 16 bytes for its slot.
 */
import { assert } from '../base/index.ts'
import type { IdHashes } from './segment.ts'

const CHUNK_BITS = 13
const CHUNK = 1 << CHUNK_BITS
const PART_PLACES = 1 << 13
/** Greatest number of hash bits that select a part; a full part of this depth grows instead of splitting. */
const DEPTH_MAX = 16
/** Hash bits of the sort before placement: the parts of one group fit into a cache, and so do the write positions of all groups. */
const GROUP_BITS = 8
/** Ids are placed together in batches between these sizes; fewer ids are placed one by one. */
const TOGETHER_MIN = 1 << 16
const TOGETHER_MAX = 1 << 21

/** A slot's low bits: the entry's number from 1. Its high bits: the last bits of `high`. */
const ENTRY_BITS = 25
const ENTRY_MASK = (1 << ENTRY_BITS) - 1

/** Open addressing, at most half full; 0 is an empty slot. */
interface Part {
  readonly places: Int32Array
  used: number
  /** Its ids share this many first bits. */
  readonly depth: number
}

/** Depth at which so many ids fill parts to two thirds of the split threshold at most, on average. */
const depthFor = (ids: number): number => Math.min(DEPTH_MAX, Math.max(0, Math.ceil(Math.log2((3 * ids) / PART_PLACES))))

const emptyPart = (depth: number, places = PART_PLACES): Part => ({ places: new Int32Array(places), used: 0, depth })

export class IdTable {
  length = 0
  readonly #high: Int32Array[] = []
  readonly #low: Int32Array[] = []
  readonly #sequence: Float64Array[] = []
  readonly #arrival: Float64Array[] = []
  /** By the first `#depth` bits of `high`; neighbours may be the same part. */
  #parts: Part[] = [emptyPart(0)]
  #depth = 0
  #placed = 0
  #expired = 0

  get oldest(): number {
    return this.length > 0 ? this.#arrivalOf(0) : Infinity
  }

  get newest(): number {
    return this.length > 0 ? this.#arrivalOf(this.length - 1) : -Infinity
  }

  /** Number of entries that have not expired. */
  get unexpired(): number {
    return this.length - this.#expired
  }

  expire(since: number): void {
    while (this.#expired < this.length && this.#arrivalOf(this.#expired) < since) this.#expired++
  }

  find(high: number, low: number, since: number, isSame: (sequence: number) => boolean): number {
    if (this.#placed < this.length) this.indexPending()
    const { places } = this.#parts[this.#partIndex(high)]
    const mask = places.length - 1
    let newest = -1
    const tag = high << ENTRY_BITS
    for (let place = low & mask; places[place] !== 0; place = (place + 1) & mask) {
      if (((places[place] ^ tag) & ~ENTRY_MASK) !== 0) continue
      const entry = (places[place] & ENTRY_MASK) - 1
      const [chunk, at] = [entry >>> CHUNK_BITS, entry & (CHUNK - 1)]
      if (this.#low[chunk][at] !== low || this.#high[chunk][at] !== high || this.#arrival[chunk][at] < since) continue
      if (entry > newest && isSame(this.#sequenceOf(entry))) newest = entry
    }
    return newest < 0 ? -1 : this.#sequenceOf(newest)
  }

  /** Adds rows [from, to) of the columns; row i has sequence number `first + i`. */
  addRows({ high, low }: IdHashes, arrival: Float64Array, first: number, from: number, to: number): void {
    for (let row = from; row < to;) {
      const at = this.length & (CHUNK - 1)
      if (at === 0) this.#makeRoom()
      const chunk = this.length >>> CHUNK_BITS
      const end = Math.min(to, row + CHUNK - at)
      this.#high[chunk].set(high.subarray(row, end), at)
      this.#low[chunk].set(low.subarray(row, end), at)
      this.#arrival[chunk].set(arrival.subarray(row, end), at)
      const sequence = this.#sequence[chunk]
      for (let i = row; i < end; i++) sequence[at + i - row] = first + i
      this.length += end - row
      row = end
    }
  }

  add(high: number, low: number, sequence: number, arrival: number): void {
    const at = this.length & (CHUNK - 1)
    if (at === 0) this.#makeRoom()
    const chunk = this.length++ >>> CHUNK_BITS
    this.#high[chunk][at] = high
    this.#low[chunk][at] = low
    this.#sequence[chunk][at] = sequence
    this.#arrival[chunk][at] = arrival
  }

  /** Places all added ids in the hash table, which the next search would otherwise do. */
  indexPending(): void {
    if (this.#placed === 0 && this.length >= TOGETHER_MIN) this.#spread(depthFor(this.length))
    while (this.length - this.#placed >= TOGETHER_MIN) this.#placeTogether(Math.min(this.length, this.#placed + TOGETHER_MAX))
    for (; this.#placed < this.length; this.#placed++) {
      const [chunk, at] = [this.#placed >>> CHUNK_BITS, this.#placed & (CHUNK - 1)]
      this.#place(this.#placed, this.#high[chunk][at], this.#low[chunk][at])
    }
  }

  /** Creates enough parts for all ids before the first is placed, so that no part splits for them. */
  #spread(depth: number): void {
    this.#depth = depth
    this.#parts = Array.from({ length: 2 ** depth }, () => emptyPart(depth))
  }

  #makeRoom(): void {
    assert(this.length + CHUNK < ENTRY_MASK, 'a place has room for the number of an entry')
    this.#high.push(new Int32Array(CHUNK))
    this.#low.push(new Int32Array(CHUNK))
    this.#sequence.push(new Float64Array(CHUNK))
    this.#arrival.push(new Float64Array(CHUNK))
  }

  #arrivalOf(entry: number): number {
    return this.#arrival[entry >>> CHUNK_BITS][entry & (CHUNK - 1)]
  }

  #sequenceOf(entry: number): number {
    return this.#sequence[entry >>> CHUNK_BITS][entry & (CHUNK - 1)]
  }

  #partIndex(high: number): number {
    return this.#depth === 0 ? 0 : high >>> (32 - this.#depth)
  }

  #place(entry: number, high: number, low: number): void {
    let part = this.#parts[this.#partIndex(high)]
    while (2 * part.used >= part.places.length) {
      this.#enlarge(part, this.#partIndex(high))
      part = this.#parts[this.#partIndex(high)]
    }
    put(part, entry, high, low)
  }

  /** Places entries [#placed, to): a counting sort by the first hash bits, then group by group. */
  #placeTogether(to: number): void {
    const from = this.#placed
    const shift = 32 - Math.max(1, Math.min(GROUP_BITS, this.#depth))
    const starts = new Uint32Array((0xffffffff >>> shift) + 2)
    for (let entry = from; entry < to; entry++) {
      const group = (this.#high[entry >>> CHUNK_BITS][entry & (CHUNK - 1)] >>> shift) + 1
      starts[group] = starts[group] + 1
    }
    for (let group = 1; group < starts.length; group++) starts[group] = starts[group] + starts[group - 1]
    // Entry and both hash halves are adjacent, so that a group is one stream of writes instead of three.
    const sorted = new Int32Array((to - from) * 3)
    for (let first = from; first < to; first = (first | (CHUNK - 1)) + 1) {
      const high = this.#high[first >>> CHUNK_BITS]
      const low = this.#low[first >>> CHUNK_BITS]
      const end = Math.min(to, (first | (CHUNK - 1)) + 1)
      for (let entry = first; entry < end; entry++) {
        const hash = high[entry & (CHUNK - 1)]
        const group = hash >>> shift
        const at = starts[group] * 3
        starts[group] = starts[group] + 1
        sorted[at] = entry
        sorted[at + 1] = hash
        sorted[at + 2] = low[entry & (CHUNK - 1)]
      }
    }
    for (let i = 0; i < sorted.length; i += 3) this.#place(sorted[i], sorted[i + 1], sorted[i + 2])
    this.#placed = to
  }

  /** Splits a full part by the next hash bit, or doubles it at the greatest depth. */
  #enlarge(part: Part, index: number): void {
    if (part.depth === DEPTH_MAX) return this.#replace(part, index, [emptyPart(DEPTH_MAX, part.places.length * 2)])
    if (part.depth === this.#depth) {
      this.#parts = this.#parts.flatMap(same => [same, same])
      this.#depth++
      return this.#enlarge(part, index * 2)
    }
    this.#replace(part, index, [emptyPart(part.depth + 1, part.places.length), emptyPart(part.depth + 1, part.places.length)])
  }

  /** Replaces a part by one part or two halves, and moves its entries there. */
  #replace(part: Part, index: number, into: readonly Part[]): void {
    const shared = 2 ** (this.#depth - part.depth)
    const first = Math.floor(index / shared) * shared
    for (let i = 0; i < shared; i++) this.#parts[first + i] = into[Math.floor((i * into.length) / shared)]
    for (const place of part.places) {
      if (place === 0) continue
      const entry = (place & ENTRY_MASK) - 1
      const [chunk, at] = [entry >>> CHUNK_BITS, entry & (CHUNK - 1)]
      const high = this.#high[chunk][at]
      put(this.#parts[this.#partIndex(high)], entry, high, this.#low[chunk][at])
    }
  }
}

function put(part: Part, entry: number, high: number, low: number): void {
  const { places } = part
  const mask = places.length - 1
  let place = low & mask
  while (places[place] !== 0) place = (place + 1) & mask
  places[place] = (high << ENTRY_BITS) | (entry + 1)
  part.used++
}
