/**
 * Which rows of a source the log takes: duplicates, conflicts and revisions of semantics §1, against everything that the log has accepted.
 *
 * A row with the append id of an event within `dedupe` is a duplicate if its content is equal, and otherwise a conflict; in a source with an identity it is
 * a revision, unless what it revises is older than `revisable`, or may be forgotten. A hash finds the event, the event itself decides, wherever it is: among the rows at
 * hand, on its way to the store, or in it.
 */
import { addText, type Hash64 } from '../base/hash.ts'
import type { Block, Column } from '../columns/block.ts'
import { sameValues } from '../columns/row-index.ts'
import type { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir.ts'
import { contentNames } from '../intake/admission.ts'
import { identityColumns } from '../kernel/superseded.ts'
import type { AppendIds } from '../log/append-ids.ts'
import type { EventLookup, FoundEvent } from '../log/event-lookup.ts'
import type { Remembered } from './remembered.ts'

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

/** What becomes of a row; with the hashes that the log keeps of one that is accepted. A revision has none of its identity. */
export type Verdict = 'duplicate' | 'conflict' | 'stale' | { readonly id: Hash64 | undefined; readonly identity: Hash64 | undefined }

export class Accepting {
  readonly #source: SourceIR
  readonly #options: AcceptingOptions
  readonly #content: readonly string[]
  readonly #idColumns: readonly string[]
  readonly #identityColumns: readonly string[]
  readonly #hash: Hash64 = { high: 0, low: 0 }

  constructor(source: SourceIR, options: AcceptingOptions) {
    this.#source = source
    this.#options = options
    this.#content = contentNames(source)
    this.#idColumns = source.id === undefined ? [] : [source.key, source.id]
    this.#identityColumns = identityColumns(source)
  }

  /** Decides on a row, which gets that sequence number if it is accepted. Rows come in order of arrival. Throws `SPILL_LIMIT` as `AppendIds` does. */
  decide(block: Block, row: number, sequence: number): Verdict {
    const { ids, originals } = this.#options
    const arrival = block.arrival[row]
    const id = ids && hashed(this.#hashOf(this.#idColumns, block, row))
    if (ids && id) {
      const earlier = ids.find(id.high, id.low, arrival, other => this.#isSame(this.#idColumns, block, row, other))
      if (earlier >= 0 && this.#isSame(this.#content, block, row, earlier)) return 'duplicate'
      if (earlier >= 0 && !originals) return 'conflict'
    }
    let isRevision = false
    const identity = originals && hashed(this.#hashOf(this.#identityColumns, block, row))
    if (originals && identity) {
      if (block.time[row] <= this.#options.forgotten(arrival)) return 'stale'
      const isSame = (other: number) => this.#isSame(this.#identityColumns, block, row, other)
      const original = originals.find(identity.high, identity.low, arrival, isSame)
      if (original >= 0 && arrival - this.#arrivalOf(original, block) > this.#source.revisable!) return 'stale'
      if (original < 0) originals.add(identity.high, identity.low, sequence, arrival)
      else isRevision = true
    }
    if (ids && id) ids.add(id.high, id.low, sequence, arrival)
    return { id, identity: isRevision ? undefined : identity }
  }

  /** The hash of what some columns hold, or nothing where one of them is NULL. Written over by the next. */
  #hashOf(names: readonly string[], block: Block, row: number): Hash64 | undefined {
    const hash = this.#hash
    hash.high = hash.low = 0
    for (const name of names) {
      const column = block.columns[name]
      if (column.nulls?.[row]) return undefined
      if (column.values instanceof Int32Array) this.#options.stringsOf(name).addTo(hash, column.values[row])
      else addText(hash, String(column.values[row]))
    }
    return hash
  }

  #arrivalOf(sequence: number, block: Block): number {
    const own = this.#options.rowOf(sequence)
    if (own >= 0) return block.arrival[own]
    const found = this.#options.lookup.at(sequence)
    return found ? found.block.arrival[found.row] : -Infinity
  }

  /** A value as text, for hashing and for holding it against one whose texts have other ids. */
  #textOf(name: string, { values }: Column, row: number): string {
    return values instanceof Int32Array ? this.#options.stringsOf(name).textOf(values[row]) : String(values[row])
  }

  /** Does the event with that sequence number have the values that a row of the block has? */
  #isSame(names: readonly string[], block: Block, row: number, sequence: number): boolean {
    const own = this.#options.rowOf(sequence)
    if (own >= 0) {
      const columns = names.map(name => block.columns[name])
      return sameValues(columns, own, row)
    }
    const found = this.#options.lookup.at(sequence)
    return found !== undefined && found.source === this.#source.name && names.every(name => this.#isEqual(name, block, row, found))
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
