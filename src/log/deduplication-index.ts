/**
 * Index of the append ids that a source's log accepted within `dedupe`, for finding duplicates; also of the identities of originals.
 * Identities are kept as long as the log, since a late revision must still find its original.
 *
 * The index maps a hash of each id to the sequence number of its event. The caller compares the ids themselves, so a hash collision costs
 * one comparison and never gives a wrong answer. Two tables rotate: new ids go into the young table. The old table is dropped once all its
 * ids are older than `dedupe`, so ids are never removed one by one. Cost: 32 to 40 bytes an id, one probe per look-up on average.
 */
import { SpillwayError, limits, durationText } from '../base/index.ts'
import { IdTable } from './id-table.ts'
import type { IdHashes } from './segment.ts'

export class DeduplicationIndex {
  readonly #source: string
  /** Time that an id is kept, ms; Infinity to keep all. */
  readonly dedupe: number
  readonly #max: number
  #old = new IdTable()
  #young = new IdTable()

  /** At most `max` ids are within `dedupe` (ms, or Infinity). */
  constructor(source: string, dedupe: number, max: number = limits.DEDUPE_IDS_MAX) {
    this.#source = source
    this.dedupe = dedupe
    this.#max = max
  }

  get size(): number {
    return this.#old.length + this.#young.length
  }

  /**
   * True if there is no room for `count` more ids at `arrival`, but later there will be, when some ids are older than `dedupe`. Always
   * false for a `count` above the limit itself.
   */
  isFullFor(count: number, arrival: number): boolean {
    return count <= this.#max && count > this.freeAt(arrival)
  }

  /** Number of further ids for which there is room at `arrival`. */
  freeAt(arrival: number): number {
    const since = arrival - this.dedupe
    this.#old.expire(since)
    this.#young.expire(since)
    return this.#max - this.#old.unexpired - this.#young.unexpired
  }

  /**
   * Returns the sequence number of the newest event with this hash for which `isSame` holds, or −1. Ignores events that arrived more than
   * `dedupe` before `arrival`.
   */
  find(high: number, low: number, arrival: number, isSame: (sequence: number) => boolean): number {
    const since = arrival - this.dedupe
    const match = this.#young.find(high, low, since, isSame)
    return match >= 0 ? match : this.#old.find(high, low, since, isSame)
  }

  /** Indexes the ids added since the last search now, so that the next search does not have to. */
  indexPending(): void {
    this.#old.indexPending()
    this.#young.indexPending()
  }

  /** Adds the ids of one segment; row i has sequence number `first + i`. Rows without an id have hashes of zero and are skipped. */
  addRows(hashes: IdHashes, arrival: Float64Array, first: number): void {
    const { length } = arrival
    let count = 0
    for (let row = 0; row < length; row++) if (!isAbsent(hashes, row)) count++
    if (count === 0) return
    this.#expire(arrival[length - 1], count)
    for (let row = 0; row < length;) {
      if (isAbsent(hashes, row)) {
        row++
        continue
      }
      const from = row
      while (row < length && !isAbsent(hashes, row)) row++
      this.#young.addRows(hashes, arrival, first, from, row)
    }
  }

  /**
   * @throws `SPILL_LIMIT` if more ids than the limit are within `dedupe`: ids are never forgotten early.
   */
  add(high: number, low: number, sequence: number, arrival: number): void {
    this.#expire(arrival, 1)
    this.#young.add(high, low, sequence, arrival)
  }

  /** Expires old ids and checks the limit before `count` more ids, the last of which arrives at `arrival`. */
  #expire(arrival: number, count: number): void {
    const since = arrival - this.dedupe
    if (this.#old.newest < since && this.#young.oldest < since) {
      this.#old = this.#young
      this.#young = new IdTable()
    }
    this.#old.expire(since)
    this.#young.expire(since)
    if (this.#old.unexpired + this.#young.unexpired + count > this.#max) throw this.fullError()
  }

  fullError(): SpillwayError {
    return new SpillwayError(
      'SPILL_LIMIT',
      this.dedupe === Infinity
        ? `source '${this.#source}': more than ${this.#max} identities in the log (DEDUPE_IDS_MAX)`
        : `source '${this.#source}': more than ${this.#max} ids within ${durationText(this.dedupe)} (DEDUPE_IDS_MAX); give it a shorter \`dedupe\``,
    )
  }
}

const isAbsent = ({ high, low }: IdHashes, row: number): boolean => high[row] === 0 && low[row] === 0
