/**
 * Which rows of a source the log takes: duplicates, conflicts and revisions of semantics §1, against everything that the log has accepted.
 *
 * A row with the append id of an event within `dedupe` is a duplicate if its content is equal, and otherwise a conflict; in a source with an identity it is
 * a revision, unless what it revises is older than `revisable`, or may be forgotten. A hash finds the event, the event itself decides, wherever it is: among the rows at
 * hand, on its way to the store, or in it. Costs the hashes and a look-up each, and allocates nothing but for what is found.
 */
import { addText, type Hash64 } from '../../base/hash.ts'
import { noEvents, type Block, type Column } from '../../columns/block.ts'
import { sameValues } from '../../columns/row-index.ts'
import type { Strings } from '../../columns/strings.ts'
import type { SourceIR } from '../../define/ir/ir.ts'
import { contentNames } from '../../intake/admission.ts'
import { identityColumns } from '../../kernel/superseded.ts'
import type { AppendIds } from '../../log/append-ids.ts'
import type { EventLookup, FoundEvent } from '../../log/event-lookup.ts'
import type { Remembered } from './accepted-ids.ts'

export interface AcceptingOptions {
  /** Append ids within `dedupe`, where the source has ids; identities of originals, where its events can be revised. */
  readonly ids: AppendIds | undefined
  readonly originals: AppendIds | undefined
  readonly forgotten: Remembered['forgotten']
  readonly lookup: EventLookup
  /** Where the texts of a column of the block have their ids. */
  readonly stringsOf: (column: string) => Strings
  /** The row of the block that was accepted under this sequence number; −1 if it is none of them. */
  readonly rowOf: (sequence: number) => number
}

export type Verdict = 'accepted' | 'duplicate' | 'conflict' | 'stale'

export class Accepting {
  readonly #source: SourceIR
  readonly #options: AcceptingOptions
  readonly #content: Columns
  readonly #idColumns: Columns
  readonly #identityColumns: Columns
  #block: Block = noEvents
  #row = 0
  readonly #hasSameId = (sequence: number): boolean => this.#isSame(this.#idColumns, sequence)
  readonly #hasSameIdentity = (sequence: number): boolean => this.#isSame(this.#identityColumns, sequence)
  /** Of the row decided on last, if it was accepted, the hash of its append id, for the log; zeros if it has none. Written over by the next. */
  readonly id: Hash64 = { high: 0, low: 0 }
  /** The same of its identity, if it is an original. */
  readonly identity: Hash64 = { high: 0, low: 0 }
  /** Of the last duplicate, the sequence number of the event that it repeats. */
  repeated = -1

  constructor(source: SourceIR, options: AcceptingOptions) {
    this.#source = source
    this.#options = options
    const columns = (names: readonly string[]) => new Columns(names, options.stringsOf)
    this.#content = columns(contentNames(source))
    this.#idColumns = columns(source.id === undefined ? [] : [source.key, source.id])
    this.#identityColumns = columns(identityColumns(source))
  }

  /** Decides on a row, which gets that sequence number if it is accepted. Rows come in order of arrival. Throws `SPILL_LIMIT` as `AppendIds` does. */
  decide(block: Block, row: number, sequence: number): Verdict {
    this.#look(block, row)
    const { ids, originals } = this.#options
    const arrival = block.arrival[row]
    const { id, identity } = this
    const hasId = ids !== undefined && this.#idColumns.hash(row, id)
    if (hasId) {
      const earlier = ids.find(id.high, id.low, arrival, this.#hasSameId)
      if (earlier >= 0 && this.#isSame(this.#content, earlier)) {
        this.repeated = earlier
        return 'duplicate'
      }
      if (earlier >= 0 && !originals) return 'conflict'
    }
    if (originals && this.#identityColumns.hash(row, identity)) {
      if (block.time[row] <= this.#options.forgotten(arrival)) return 'stale'
      const original = originals.find(identity.high, identity.low, arrival, this.#hasSameIdentity)
      if (original >= 0 && arrival - this.#arrivalOf(original, block) > this.#source.revisable!) return 'stale'
      if (original < 0) originals.add(identity.high, identity.low, sequence, arrival)
      else identity.high = identity.low = 0
    }
    if (hasId) ids.add(id.high, id.low, sequence, arrival)
    return 'accepted'
  }

  #look(block: Block, row: number): void {
    this.#row = row
    if (block === this.#block) return
    this.#block = block
    for (const columns of [this.#content, this.#idColumns, this.#identityColumns]) columns.look(block)
  }

  #arrivalOf(sequence: number, block: Block): number {
    const own = this.#options.rowOf(sequence)
    if (own >= 0) return block.arrival[own]
    const found = this.#options.lookup.at(sequence)
    return found ? found.block.arrival[found.row] : -Infinity
  }

  /** Does the event with that sequence number have the values that the row has? */
  #isSame(columns: Columns, sequence: number): boolean {
    const own = this.#options.rowOf(sequence)
    if (own >= 0) return sameValues(columns.all, own, this.#row)
    const found = this.#options.lookup.at(sequence)
    return found !== undefined && found.source === this.#source.name && columns.isSame(this.#row, found)
  }
}

/** Some columns of the block at hand. */
class Columns {
  readonly #names: readonly string[]
  readonly #stringsOf: AcceptingOptions['stringsOf']
  #strings: readonly Strings[] = []
  all: readonly Column[] = []

  constructor(names: readonly string[], stringsOf: AcceptingOptions['stringsOf']) {
    this.#names = names
    this.#stringsOf = stringsOf
  }

  look(block: Block): void {
    this.all = this.#names.map(name => block.columns[name])
    this.#strings = this.#names.map(this.#stringsOf)
  }

  /** The hash of what they hold, or false and zeros where one of them is NULL. */
  hash(row: number, into: Hash64): boolean {
    into.high = into.low = 0
    for (let column = 0; column < this.all.length; column++) {
      const { values, nulls } = this.all[column]
      if (nulls?.[row]) {
        into.high = into.low = 0
        return false
      }
      if (values instanceof Int32Array) this.#strings[column].addTo(into, values[row])
      else addText(into, String(values[row]))
    }
    return true
  }

  isSame(row: number, found: FoundEvent): boolean {
    return this.#names.every((name, column) => this.#isEqual(name, column, row, found))
  }

  /** Texts have other ids there, and a column that the event was written without was NULL. */
  #isEqual(name: string, column: number, row: number, { block: other, row: at, strings }: FoundEvent): boolean {
    const ours = this.all[column]
    const theirs = other.columns[name] as Column | undefined
    const isNull = ours.nulls?.[row] === 1
    if (theirs === undefined || theirs.nulls?.[at] === 1) return isNull
    if (isNull) return false
    const { values } = theirs
    return values instanceof Int32Array
      ? strings.textOf(values[at]) === this.#strings[column].textOf(ours.values[row])
      : values[at] === ours.values[row]
  }
}
