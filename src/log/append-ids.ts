/**
 * The append ids that a source's log has accepted within `dedupe`, to find duplicates at full speed (semantics §1); also the identities of originals,
 * which are kept as long as the log is, for a revision that comes too late must be known as one.
 *
 * A hash of each id and the sequence number of its event: who asks looks whether that event has the same id, so that two ids of one hash cost a
 * look and never an answer. Two tables take turns: the young one takes what is new, the old one is dropped once all of it is older than `dedupe`,
 * so nothing is taken out one by one. 24 bytes an id, and 4 to 8 for its place; a look-up is one probe on average.
 */
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { durationText } from '../base/time.ts'

export class AppendIds {
  readonly #source: string
  readonly #dedupe: number
  readonly #max: number
  #old = new IdTable()
  #young = new IdTable()

  /** `dedupe` in milliseconds, Infinity to keep all; at most `max` ids within it. */
  constructor(source: string, dedupe: number, max: number = limits.DEDUPE_IDS_MAX) {
    this.#source = source
    this.#dedupe = dedupe
    this.#max = max
  }

  get size(): number {
    return this.#old.length + this.#young.length
  }

  /** The sequence number of the newest event of this hash that `isSame` knows, with an arrival no more than `dedupe` before `arrival`; or −1. */
  find(high: number, low: number, arrival: number, isSame: (sequence: number) => boolean): number {
    const since = arrival - this.#dedupe
    const found = this.#young.find(high, low, since, isSame)
    return found >= 0 ? found : this.#old.find(high, low, since, isSame)
  }

  /** Throws `SPILL_LIMIT` if more ids than the limit are within `dedupe`: ids are never forgotten early. */
  add(high: number, low: number, sequence: number, arrival: number): void {
    const since = arrival - this.#dedupe
    if (this.#old.newest < since && this.#young.oldest < since) {
      this.#old = this.#young
      this.#young = new IdTable()
    }
    this.#old.expire(since)
    this.#young.expire(since)
    if (this.#old.within + this.#young.within >= this.#max)
      throw new SpillwayError(
        'SPILL_LIMIT',
        this.#dedupe === Infinity
          ? `source '${this.#source}': more than ${this.#max} identities in the log (DEDUPE_IDS_MAX)`
          : `source '${this.#source}': more than ${this.#max} ids within ${durationText(this.#dedupe)} (DEDUPE_IDS_MAX); give it a shorter \`dedupe\``,
      )
    this.#young.add(high, low, sequence, arrival)
  }
}

const FIRST_CAPACITY = 1024

/** Ids in the order in which they were added, arrivals not falling, and their places by hash. */
class IdTable {
  length = 0
  #high = new Int32Array(FIRST_CAPACITY)
  #low = new Int32Array(FIRST_CAPACITY)
  #sequence = new Float64Array(FIRST_CAPACITY)
  #arrival = new Float64Array(FIRST_CAPACITY)
  /** Open addressing, at most half full: an entry's number from 1, or 0. */
  #places = new Int32Array(FIRST_CAPACITY * 2)
  #expired = 0

  get oldest(): number {
    return this.length > 0 ? this.#arrival[0] : Infinity
  }

  get newest(): number {
    return this.length > 0 ? this.#arrival[this.length - 1] : -Infinity
  }

  /** Entries that were not expired. */
  get within(): number {
    return this.length - this.#expired
  }

  expire(since: number): void {
    while (this.#expired < this.length && this.#arrival[this.#expired] < since) this.#expired++
  }

  find(high: number, low: number, since: number, isSame: (sequence: number) => boolean): number {
    const mask = this.#places.length - 1
    let newest = -1
    for (let place = low & mask; this.#places[place] > 0; place = (place + 1) & mask) {
      const entry = this.#places[place] - 1
      if (this.#low[entry] !== low || this.#high[entry] !== high || this.#arrival[entry] < since) continue
      if (entry > newest && isSame(this.#sequence[entry])) newest = entry
    }
    return newest < 0 ? -1 : this.#sequence[newest]
  }

  add(high: number, low: number, sequence: number, arrival: number): void {
    if (this.length === this.#high.length) this.#grow()
    this.#high[this.length] = high
    this.#low[this.length] = low
    this.#sequence[this.length] = sequence
    this.#arrival[this.length] = arrival
    this.#place(this.length++)
  }

  #place(entry: number): void {
    const mask = this.#places.length - 1
    let place = this.#low[entry] & mask
    while (this.#places[place] > 0) place = (place + 1) & mask
    this.#places[place] = entry + 1
  }

  #grow(): void {
    const capacity = this.#high.length * 2
    this.#high = larger(this.#high, new Int32Array(capacity))
    this.#low = larger(this.#low, new Int32Array(capacity))
    this.#sequence = larger(this.#sequence, new Float64Array(capacity))
    this.#arrival = larger(this.#arrival, new Float64Array(capacity))
    this.#places = new Int32Array(capacity * 2)
    for (let entry = 0; entry < this.length; entry++) this.#place(entry)
  }
}

function larger<A extends Int32Array | Float64Array>(from: A, into: A): A {
  into.set(from)
  return into
}
