/**
 * The door of one source of a live run: takes raw records, turn by turn, and says which rows the log shall take.
 *
 * A row with the append id of an event within `dedupe` is a duplicate if its content is equal, and otherwise a conflict; in a source with an identity it is
 * a revision, unless what it revises is older than `revisable` (semantics §1). A hash finds the event, the event itself decides, wherever it is: among
 * the rows of this turn, on its way to the store, or in it.
 */
import { addText, type Hash64 } from '../base/hash.ts'
import type { Block, Column } from '../columns/block.ts'
import { gather } from '../columns/gather.ts'
import { sameValues } from '../columns/row-index.ts'
import { blockSlice } from '../columns/slice.ts'
import type { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir.ts'
import { contentNames, remembers } from '../intake/admission.ts'
import type { RecordBatch } from '../intake/batch.ts'
import { Door } from '../intake/door.ts'
import { conflictFault, staleFault } from '../intake/intake.ts'
import type { RowMap } from '../intake/mapping.ts'
import type { Refusal } from '../intake/refusal.ts'
import { identityColumns } from '../kernel/superseded.ts'
import type { AppendIds } from '../log/append-ids.ts'
import type { EventLookup, FoundEvent } from '../log/event-lookup.ts'
import type { Rows } from '../log/log.ts'
import type { IdHashes } from '../log/segment.ts'

export interface SourceDoorOptions {
  readonly strings: Strings
  /** Columns that features and models look at. */
  readonly shared: ReadonlySet<string>
  readonly map: RowMap | undefined
  /** Append ids within `dedupe`, where the source has ids; identities of originals, where its events can be revised. */
  readonly ids: AppendIds | undefined
  readonly originals: AppendIds | undefined
  readonly lookup: EventLookup
  readonly onRefused: (refusal: Refusal) => void
}

export class SourceDoor {
  readonly source: SourceIR
  readonly #door: Door
  readonly #ids: AppendIds | undefined
  readonly #originals: AppendIds | undefined
  readonly #lookup: EventLookup
  readonly #content: readonly string[]
  readonly #idColumns: readonly string[]
  readonly #identityColumns: readonly string[]
  /** Rows of the door that the log takes, in order, and their sequence numbers. */
  #accepted: number[] = []
  #sequences: number[] = []
  readonly #idHashes = new Hashes()
  readonly #identityHashes = new Hashes()
  readonly #hash: Hash64 = { high: 0, low: 0 }
  /** UTC ms: of every event of this turn. */
  #arrival = 0

  constructor(source: SourceIR, { strings, shared, map, ids, originals, lookup, onRefused }: SourceDoorOptions) {
    this.source = source
    this.#door = new Door(source, { map, strings, shared, places: remembers(source), onRefused, arrivalOf: () => this.#arrival })
    this.#ids = ids
    this.#originals = originals
    this.#lookup = lookup
    this.#content = contentNames(source)
    this.#idColumns = source.id === undefined ? [] : [source.key, source.id]
    this.#identityColumns = identityColumns(source)
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
      const verdict = this.#admit(block, row, next + this.#accepted.length - first)
      if (verdict === 'duplicate') duplicates++
      else if (verdict === 'conflict') this.#door.refuseRow(conflictFault(this.source), row, block)
      else if (verdict === 'stale') this.#door.refuseRow(staleFault(this.source), row, block)
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

  #admit(block: Block, row: number, sequence: number): 'accept' | 'duplicate' | 'conflict' | 'stale' {
    const id = this.#ids && hashed(this.#hashOf(this.#idColumns, block, row))
    if (this.#ids && id) {
      const earlier = this.#ids.find(id.high, id.low, this.#arrival, other => this.#isSame(this.#idColumns, block, row, other))
      if (earlier >= 0 && this.#isSame(this.#content, block, row, earlier)) return 'duplicate'
      if (earlier >= 0 && !this.#originals) return 'conflict'
    }
    let isRevision = false
    const identity = this.#originals && hashed(this.#hashOf(this.#identityColumns, block, row))
    if (this.#originals && identity) {
      const isSame = (other: number) => this.#isSame(this.#identityColumns, block, row, other)
      const original = this.#originals.find(identity.high, identity.low, this.#arrival, isSame)
      if (original >= 0 && this.#arrival - this.#arrivalOf(original) > this.source.revisable!) return 'stale'
      if (original < 0) this.#originals.add(identity.high, identity.low, sequence, this.#arrival)
      else isRevision = true
    }
    if (this.#ids && id) this.#ids.add(id.high, id.low, sequence, this.#arrival)
    this.#accepted.push(row)
    this.#sequences.push(sequence)
    if (this.#ids) this.#idHashes.push(id)
    if (this.#originals) this.#identityHashes.push(isRevision ? undefined : identity)
    return 'accept'
  }

  /** The hash of what some columns hold, or nothing where one of them is NULL. Written over by the next. */
  #hashOf(names: readonly string[], block: Block, row: number): Hash64 | undefined {
    const hash = this.#hash
    hash.high = hash.low = 0
    for (const name of names) {
      const column = block.columns[name]
      if (column.nulls?.[row]) return undefined
      addText(hash, this.#textOf(name, column, row))
    }
    return hash
  }

  #arrivalOf(sequence: number): number {
    if (this.#sequences.length > 0 && sequence >= this.#sequences[0]) return this.#arrival
    const found = this.#lookup.at(sequence)
    return found ? found.block.arrival[found.row] : -Infinity
  }

  /** A value as text, for hashing and for holding it against one whose texts have other ids. */
  #textOf(name: string, { values }: Column, row: number): string {
    return values instanceof Int32Array ? this.#door.stringsOf(name).textOf(values[row]) : String(values[row])
  }

  /** Does the event with that sequence number have the values that a row of this turn has? */
  #isSame(names: readonly string[], block: Block, row: number, sequence: number): boolean {
    if (this.#sequences.length > 0 && sequence >= this.#sequences[0]) {
      const columns = names.map(name => block.columns[name])
      return sameValues(columns, this.#accepted[indexIn(this.#sequences, sequence)], row)
    }
    const found = this.#lookup.at(sequence)
    return found !== undefined && found.source === this.source.name && names.every(name => this.#isEqual(name, block, row, found))
  }

  /** A column that the event was written without was NULL. */
  #isEqual(name: string, block: Block, row: number, { block: other, row: at, strings }: FoundEvent): boolean {
    const ours = block.columns[name]
    const theirs = other.columns[name] as Column | undefined
    const isNull = ours.nulls?.[row] === 1
    if (theirs === undefined || theirs.nulls?.[at] === 1) return isNull
    if (isNull) return false
    const { values } = theirs
    return values instanceof Int32Array ? strings.textOf(values[at]) === this.#textOf(name, ours, row) : values[at] === ours.values[row]
  }
}

/** A copy of a hash that is written over. */
const hashed = (hash: Hash64 | undefined): Hash64 | undefined => hash && { ...hash }

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
