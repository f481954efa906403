/**
 * The door of one source of a live run: takes raw records, turn by turn, and gives the rows that the log shall take (`accepting.ts` says which),
 * with the hashes of their append ids and identities.
 */
import type { Hash64 } from '../base/hash.ts'
import { gather } from '../columns/gather.ts'
import { blockSlice } from '../columns/slice.ts'
import type { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir.ts'
import { remembers } from '../intake/admission.ts'
import type { RecordBatch } from '../intake/batch.ts'
import { Door } from '../intake/door.ts'
import { conflictFault, forgottenFault, staleFault } from '../intake/intake.ts'
import type { RowMap } from '../intake/mapping.ts'
import type { Fault, Refusal } from '../intake/refusal.ts'
import type { AppendIds } from '../log/append-ids.ts'
import type { EventLookup } from '../log/event-lookup.ts'
import type { Rows } from '../log/log.ts'
import type { IdHashes } from '../log/segment.ts'
import { Accepting } from './accepting.ts'
import type { Remembered } from './remembered.ts'

export interface SourceDoorOptions {
  readonly strings: Strings
  /** Columns that features and models look at. */
  readonly shared: ReadonlySet<string>
  readonly map: RowMap | undefined
  /** Append ids within `dedupe`, where the source has ids; identities of originals, where its events can be revised. */
  readonly ids: AppendIds | undefined
  readonly originals: AppendIds | undefined
  readonly forgotten: Remembered['forgotten']
  readonly lookup: EventLookup
  readonly onRefused: (refusal: Refusal) => void
}

export class SourceDoor {
  readonly source: SourceIR
  readonly #door: Door
  readonly #ids: AppendIds | undefined
  readonly #originals: AppendIds | undefined
  readonly #forgotten: Remembered['forgotten']
  readonly #accepting: Accepting
  /** Rows of the door that the log takes, in order, and their sequence numbers. */
  #accepted: number[] = []
  #sequences: number[] = []
  readonly #idHashes = new Hashes()
  readonly #identityHashes = new Hashes()
  /** UTC ms: of every event of this turn. */
  #arrival = 0

  constructor(source: SourceIR, { strings, shared, map, ids, originals, forgotten, lookup, onRefused }: SourceDoorOptions) {
    this.source = source
    this.#door = new Door(source, { map, strings, shared, places: remembers(source), onRefused, arrivalOf: () => this.#arrival })
    this.#ids = ids
    this.#originals = originals
    this.#forgotten = forgotten
    this.#accepting = new Accepting(source, {
      ids,
      originals,
      forgotten,
      lookup,
      stringsOf: this.#door.stringsOf,
      rowOf: sequence => this.#rowOf(sequence),
    })
  }

  get stringsOf(): (column: string) => Strings {
    return this.#door.stringsOf
  }

  /** Forgets the last turn's rows and begins another, whose events arrive at `arrival`. */
  begin(arrival: number): void {
    this.#arrival = arrival
    this.#door.clear()
    this.#accepted = []
    this.#sequences = []
    this.#idHashes.clear()
    this.#identityHashes.clear()
  }

  /** Takes a batch; its events get sequence numbers from `next` on. Returns how many were accepted, and how many were duplicates. */
  take(batch: RecordBatch, next: number): { readonly accepted: number; readonly duplicates: number } {
    const before = this.#door.length
    this.#door.take(batch)
    const taken = this.#door.length - before
    if (!remembers(this.source)) {
      for (let row = before; row < before + taken; row++) this.#accepted.push(row)
      return { accepted: taken, duplicates: 0 }
    }
    const first = this.#accepted.length
    let duplicates = 0
    const block = this.#door.view()
    for (let row = before; row < before + taken; row++) {
      const sequence = next + this.#accepted.length - first
      const verdict = this.#accepting.decide(block, row, sequence)
      if (verdict === 'duplicate') duplicates++
      else if (verdict === 'conflict') this.#door.refuseRow(conflictFault(this.source), row, block)
      else if (verdict === 'stale') this.#door.refuseRow(this.#staleFault(block.time[row]), row, block)
      else {
        this.#accepted.push(row)
        this.#sequences.push(sequence)
        if (this.#ids) this.#idHashes.push(verdict.id)
        if (this.#originals) this.#identityHashes.push(verdict.identity)
      }
    }
    return { accepted: this.#accepted.length - first, duplicates }
  }

  /** The events of this turn, for the log; absent if there are none. Good until the next turn begins. */
  rows(): Rows | undefined {
    const count = this.#accepted.length
    if (count === 0) return undefined
    const view = this.#door.view()
    const block = count === view.length ? view : gather(view, Uint32Array.from(this.#accepted))
    const ids = this.#ids && this.#idHashes.columns()
    const identities = this.#originals && this.#identityHashes.columns()
    return { source: this.source, block: blockSlice(block, 0, count), ids, identities }
  }

  #staleFault(time: number): Fault {
    return time <= this.#forgotten(this.#arrival) ? forgottenFault : staleFault(this.source)
  }

  #rowOf(sequence: number): number {
    if (this.#sequences.length === 0 || sequence < this.#sequences[0]) return -1
    return this.#accepted[indexIn(this.#sequences, sequence)]
  }
}

/** Hashes of the accepted rows; zeros where there is none. */
class Hashes {
  readonly #high: number[] = []
  readonly #low: number[] = []

  push(hash: Hash64 | undefined): void {
    this.#high.push(hash?.high ?? 0)
    this.#low.push(hash?.low ?? 0)
  }

  clear(): void {
    this.#high.length = this.#low.length = 0
  }

  columns(): IdHashes {
    return { high: Int32Array.from(this.#high), low: Int32Array.from(this.#low) }
  }
}

/** Where a number stands in an ascending list that has it. */
function indexIn(ascending: readonly number[], wanted: number): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle] < wanted) low = middle + 1
    else high = middle
  }
  return low
}
