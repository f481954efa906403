/**
 * Deduplicates the rows of a source against all events that the log accepted (semantics, the log).
 *
 * A row with the append id of an event within `dedupe` is a duplicate if its content is equal, and a conflict otherwise. In a source with
 * an identity such a row is a revision. A revision is stale if the original is older than `revisable`, or may be forgotten.
 *
 * A 64-bit hash finds the candidate event, and its content decides. The event may be in the current rows, on its way to the store, or
 * stored. Costs the hashes and one lookup each; allocates only for matches.
 */
import { addText, type Hash64 } from '../../base/index.ts'
import { growArray, noEventsBlock, type Block, type ColumnData, sameValues, type Strings } from '../../columns/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { contentColumnNames } from '../../intake/index.ts'
import { identityColumns } from '../../kernel/index.ts'
import type { DeduplicationIndex, EventLookup, IdHashes, LocatedEvent } from '../../log/index.ts'

/**
 * Ids of the events that the log accepted, by source: append ids if the source has ids, identities of original events if its events can be
 * revised.
 */
export interface AcceptedIds {
  readonly ids: ReadonlyMap<string, DeduplicationIndex>
  readonly originals: ReadonlyMap<string, DeduplicationIndex>
  /** Latest event time, UTC ms, of which the log may have forgotten the original when a revision arrives at `arrival`. */
  readonly forgottenUpTo: (arrival: number) => number
}

export interface DeduplicatorOptions {
  /** Append ids within `dedupe`, if the source has ids; identities of original events, if its events can be revised. */
  readonly ids: DeduplicationIndex | undefined
  readonly originals: DeduplicationIndex | undefined
  readonly forgottenUpTo: AcceptedIds['forgottenUpTo']
  readonly lookup: EventLookup
  /** The strings that hold the texts of a column of the block. */
  readonly stringsOf: (column: string) => Strings
  /** The row of the block that was accepted under this sequence number; −1 if the block has no such row. */
  readonly rowOf: (sequence: number) => number
}

/** `full`: the source has no room for the id or the identity of a new event. */
export type DeduplicationVerdict = 'accepted' | 'duplicate' | 'conflict' | 'stale' | 'full'

export class Deduplicator {
  readonly #source: SourceIR
  readonly #options: DeduplicatorOptions
  readonly #content: BlockColumns
  readonly #idColumns: BlockColumns
  readonly #identityColumns: BlockColumns
  #block: Block = noEventsBlock
  #row = 0
  /** New ids for which there is room at least. */
  #idRoom = 0
  readonly #hasSameId = (sequence: number): boolean => this.#isSame(this.#idColumns, sequence)
  readonly #hasSameIdentity = (sequence: number): boolean => this.#isSame(this.#identityColumns, sequence)
  /** Hash of the append id of the last accepted row, for the log; zeros if the row has no id. The next row overwrites it. */
  readonly idHash: Hash64 = { high: 0, low: 0 }
  /** Hash of the identity of the last accepted row, if the row is an original event. */
  readonly identityHash: Hash64 = { high: 0, low: 0 }
  /** Sequence number of the original event of the last duplicate. */
  duplicateOf = -1

  constructor(source: SourceIR, options: DeduplicatorOptions) {
    this.#source = source
    this.#options = options
    const columns = (names: readonly string[]) => new BlockColumns(names, options.stringsOf)
    this.#content = columns(contentColumnNames(source))
    this.#idColumns = columns(source.id === undefined ? [] : [source.key, source.id])
    this.#identityColumns = columns(identityColumns(source))
  }

  /**
   * Classifies a row, which gets the sequence number `sequence` if it is accepted. Rows come in order of arrival.
   */
  deduplicate(block: Block, row: number, sequence: number): DeduplicationVerdict {
    this.#setRow(block, row)
    const { ids, originals } = this.#options
    const arrival = block.arrival[row]
    const { idHash: id, identityHash: identity } = this
    const hasId = ids !== undefined && this.#idColumns.hash(row, id)
    if (hasId) {
      const earlier = ids.find(id.high, id.low, arrival, this.#hasSameId)
      if (earlier >= 0 && this.#isSame(this.#content, earlier)) {
        this.duplicateOf = earlier
        return 'duplicate'
      }
      if (earlier >= 0 && !originals) return 'conflict'
    }
    if (originals && this.#identityColumns.hash(row, identity)) {
      if (block.time[row] <= this.#options.forgottenUpTo(arrival)) return 'stale'
      const original = originals.find(identity.high, identity.low, arrival, this.#hasSameIdentity)
      if (original >= 0 && arrival - this.#arrivalOf(original, block) > this.#source.revisable!) return 'stale'
      if ((original < 0 && originals.freeAt(arrival) < 1) || (hasId && !this.#reserveId(ids, arrival))) return 'full'
      if (original < 0) originals.add(identity.high, identity.low, sequence, arrival)
      else identity.high = identity.low = 0
    } else if (hasId && !this.#reserveId(ids, arrival)) return 'full'
    if (hasId) ids.add(id.high, id.low, sequence, arrival)
    return 'accepted'
  }

  /** Is there room for one more id? Counts down, since expiring the ids for each row would cost as much as adding one. */
  #reserveId(ids: DeduplicationIndex, arrival: number): boolean {
    if (this.#idRoom === 0) this.#idRoom = Math.max(0, ids.freeAt(arrival))
    if (this.#idRoom === 0) return false
    this.#idRoom--
    return true
  }

  #setRow(block: Block, row: number): void {
    this.#row = row
    if (block === this.#block) return
    this.#block = block
    for (const columns of [this.#content, this.#idColumns, this.#identityColumns]) columns.setBlock(block)
  }

  #arrivalOf(sequence: number, block: Block): number {
    const currentRow = this.#options.rowOf(sequence)
    if (currentRow >= 0) return block.arrival[currentRow]
    const stored = this.#options.lookup.eventAt(sequence)
    return stored ? stored.block.arrival[stored.row] : -Infinity
  }

  /** Does the event with this sequence number have the same values as the row? */
  #isSame(columns: BlockColumns, sequence: number): boolean {
    const currentRow = this.#options.rowOf(sequence)
    if (currentRow >= 0) return sameValues(columns.columns, currentRow, this.#row)
    const stored = this.#options.lookup.eventAt(sequence)
    return stored !== undefined && stored.source === this.#source.name && columns.isSame(this.#row, stored)
  }
}

/** Some columns of the current block. */
class BlockColumns {
  readonly #names: readonly string[]
  readonly #stringsOf: DeduplicatorOptions['stringsOf']
  #strings: readonly Strings[] = []
  columns: readonly ColumnData[] = []

  constructor(names: readonly string[], stringsOf: DeduplicatorOptions['stringsOf']) {
    this.#names = names
    this.#stringsOf = stringsOf
  }

  setBlock(block: Block): void {
    this.columns = this.#names.map(name => block.columns[name])
    this.#strings = this.#names.map(this.#stringsOf)
  }

  /** Writes the hash of the row's values to `into`. Returns false, with zeros, if a value is NULL. */
  hash(row: number, into: Hash64): boolean {
    into.high = into.low = 0
    for (let column = 0; column < this.columns.length; column++) {
      const { values, nulls } = this.columns[column]
      if (nulls?.[row]) {
        into.high = into.low = 0
        return false
      }
      if (values instanceof Int32Array) this.#strings[column].addTo(into, values[row])
      else addText(into, String(values[row]))
    }
    return true
  }

  isSame(row: number, stored: LocatedEvent): boolean {
    return this.#names.every((name, column) => this.#isEqual(name, column, row, stored))
  }

  /** Text ids differ between blocks, so texts are compared as texts. A column that the stored event was written without is NULL. */
  #isEqual(name: string, column: number, row: number, { block: storedBlock, row: storedRow, strings }: LocatedEvent): boolean {
    const current = this.columns[column]
    const stored = storedBlock.columns[name] as ColumnData | undefined
    const isNull = current.nulls?.[row] === 1
    if (stored === undefined || stored.nulls?.[storedRow] === 1) return isNull
    if (isNull) return false
    const { values } = stored
    return values instanceof Int32Array
      ? strings.textOf(values[storedRow]) === this.#strings[column].textOf(current.values[row])
      : values[storedRow] === current.values[row]
  }
}

const FIRST_CAPACITY = 1024

/** Growable columns of the hashes of accepted rows, in the format of the log: zeros if a row has no hash. */
export class HashColumns {
  #high = new Int32Array(FIRST_CAPACITY)
  #low = new Int32Array(FIRST_CAPACITY)
  #length = 0

  push({ high, low }: Hash64): void {
    if (this.#length === this.#high.length) {
      this.#high = growArray(this.#high, this.#length * 2)
      this.#low = growArray(this.#low, this.#length * 2)
    }
    this.#high[this.#length] = high
    this.#low[this.#length] = low
    this.#length++
  }

  clear(): void {
    this.#length = 0
  }

  /** Valid until `clear`, or the next `push`. */
  get columns(): IdHashes {
    return { high: this.#high.subarray(0, this.#length), low: this.#low.subarray(0, this.#length) }
  }
}
