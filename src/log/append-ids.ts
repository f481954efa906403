/**
 * The append ids that a source's log has accepted within `dedupe`, to find duplicates at full speed (semantics §1); also the identities of originals,
 * which are kept as long as the log is, for a revision that comes too late must be known as one.
 *
 * A hash of each id and the sequence number of its event: who asks looks whether that event has the same id, so that two ids of one hash cost a
 * look and never an answer. Two tables take turns: the young one takes what is new, the old one is dropped once all of it is older than `dedupe`,
 * so nothing is taken out one by one. 32 to 40 bytes an id; a look-up is one probe on average.
 */
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { durationText } from '../base/time.ts'
import { IdTable, type Hashes } from './id-table.ts'

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

  /** Is there no room for so many more at `arrival`? Later there may be: then some are older than `dedupe`. Never of more than there could ever be room for. */
  isFullFor(more: number, arrival: number): boolean {
    const since = arrival - this.#dedupe
    this.#old.expire(since)
    this.#young.expire(since)
    return more <= this.#max && this.#old.within + this.#young.within + more > this.#max
  }

  /** The sequence number of the newest event of this hash that `isSame` knows, with an arrival no more than `dedupe` before `arrival`; or −1. */
  find(high: number, low: number, arrival: number, isSame: (sequence: number) => boolean): number {
    const since = arrival - this.#dedupe
    const found = this.#young.find(high, low, since, isSame)
    return found >= 0 ? found : this.#old.find(high, low, since, isSame)
  }

  /** After many ids were added: does at once what would hold up the next search. */
  settle(): void {
    this.#old.settle()
    this.#young.settle()
  }

  /** Adds ids of one segment as `add` does, row i with the sequence number `first + i`. Rows without an id have hashes of zero, and are left out. */
  addRows(hashes: Hashes, arrival: Float64Array, first: number): void {
    const { length } = arrival
    let more = 0
    for (let row = 0; row < length; row++) if (!isNone(hashes, row)) more++
    if (more === 0) return
    this.#expire(arrival[length - 1], more)
    for (let row = 0; row < length;) {
      if (isNone(hashes, row)) {
        row++
        continue
      }
      const from = row
      while (row < length && !isNone(hashes, row)) row++
      this.#young.addRows(hashes, arrival, first, from, row)
    }
  }

  /** Throws `SPILL_LIMIT` if more ids than the limit are within `dedupe`: ids are never forgotten early. */
  add(high: number, low: number, sequence: number, arrival: number): void {
    this.#expire(arrival, 1)
    this.#young.add(high, low, sequence, arrival)
  }

  /** Before so many more ids, the last of which arrives then. */
  #expire(arrival: number, more: number): void {
    const since = arrival - this.#dedupe
    if (this.#old.newest < since && this.#young.oldest < since) {
      this.#old = this.#young
      this.#young = new IdTable()
    }
    this.#old.expire(since)
    this.#young.expire(since)
    if (this.#old.within + this.#young.within + more > this.#max)
      throw new SpillwayError(
        'SPILL_LIMIT',
        this.#dedupe === Infinity
          ? `source '${this.#source}': more than ${this.#max} identities in the log (DEDUPE_IDS_MAX)`
          : `source '${this.#source}': more than ${this.#max} ids within ${durationText(this.#dedupe)} (DEDUPE_IDS_MAX); give it a shorter \`dedupe\``,
      )
  }
}

const isNone = ({ high, low }: Hashes, row: number): boolean => high[row] === 0 && low[row] === 0
