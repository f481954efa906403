/**
 * The intake of one source of a live run. Each turn it validates raw records, deduplicates them (`deduplicator.ts`), and collects the
 * accepted rows for the log with the hashes of their append ids and identities.
 */
import { gatherBlock, growArray, lowerBound, sliceBlock, type TextLimits, type Strings } from '../../columns/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import {
  needsDeduplication,
  type RecordBatch,
  RecordValidator,
  conflictFault,
  forgottenFault,
  fullFault,
  staleFault,
  type RowMap,
  type Fault,
  type SourceRejection,
} from '../../intake/index.ts'
import type { DeduplicationIndex, EventLookup, AppendRows } from '../../log/index.ts'
import { Deduplicator, HashColumns } from './deduplicator.ts'

export interface SourceIntakeOptions {
  readonly strings: Strings
  /** Limits of the texts that records may add to `strings`. */
  readonly textLimits: TextLimits
  /** Columns that features and models read. */
  readonly shared: ReadonlySet<string>
  readonly map: RowMap | undefined
  /** Append ids within `dedupe`, if the source has ids; identities of original events, if its events can be revised. */
  readonly ids: DeduplicationIndex | undefined
  readonly originals: DeduplicationIndex | undefined
  readonly forgottenUpTo: (arrival: number) => number
  readonly lookup: EventLookup
  readonly onRejected: (rejection: SourceRejection) => void
}

export class SourceIntake {
  readonly source: SourceIR
  readonly #validator: RecordValidator
  readonly #ids: DeduplicationIndex | undefined
  readonly #originals: DeduplicationIndex | undefined
  readonly #forgottenUpTo: (arrival: number) => number
  readonly #deduplicator: Deduplicator
  /** Accepted rows of the validator, in order, and their sequence numbers. */
  readonly #accepted = new AscendingNumbers()
  readonly #sequences = new AscendingNumbers()
  readonly #idHashes = new HashColumns()
  readonly #identityHashes = new HashColumns()
  /** Arrival of all events of this turn, UTC ms. */
  #arrival = 0

  constructor(
    source: SourceIR,
    { strings, textLimits, shared, map, ids, originals, forgottenUpTo, lookup, onRejected }: SourceIntakeOptions,
  ) {
    this.source = source
    this.#validator = new RecordValidator(source, {
      map,
      strings,
      textLimits,
      shared,
      trackOrigins: needsDeduplication(source),
      onRejected,
      arrivalOf: () => this.#arrival,
    })
    this.#ids = ids
    this.#originals = originals
    this.#forgottenUpTo = forgottenUpTo
    this.#deduplicator = new Deduplicator(source, {
      ids,
      originals,
      forgottenUpTo,
      lookup,
      stringsOf: this.#validator.stringsOf,
      rowOf: sequence => this.#rowOf(sequence),
    })
  }

  get stringsOf(): (column: string) => Strings {
    return this.#validator.stringsOf
  }

  /** Drops the rows of the last turn and begins a turn whose events arrive at `arrival`. */
  beginTurn(arrival: number): void {
    this.#arrival = arrival
    this.#validator.clear()
    this.#accepted.clear()
    this.#sequences.clear()
    this.#idHashes.clear()
    this.#identityHashes.clear()
  }

  /**
   * Validates and deduplicates a batch. `Log.append` will number the accepted events from `next` on; deduplication predicts these numbers,
   * since a record may duplicate an event of the same turn. Returns the counts of accepted and duplicate records; `originalEntries`
   * receives the sequence numbers of the original events of the duplicates.
   */
  accept(batch: RecordBatch, next: number, originalEntries?: number[]): { readonly accepted: number; readonly duplicates: number } {
    const firstRow = this.#validator.length
    this.#validator.validate(batch)
    const validated = this.#validator.length - firstRow
    if (!needsDeduplication(this.source)) {
      for (let row = firstRow; row < firstRow + validated; row++) this.#accepted.push(row)
      return { accepted: validated, duplicates: 0 }
    }
    const firstAccepted = this.#accepted.length
    let duplicates = 0
    const block = this.#validator.view()
    for (let row = firstRow; row < firstRow + validated; row++) {
      const sequence = next + this.#accepted.length - firstAccepted
      const verdict = this.#deduplicator.deduplicate(block, row, sequence)
      if (verdict === 'accepted') this.#add(row, sequence)
      else if (verdict === 'duplicate') {
        duplicates++
        originalEntries?.push(this.#deduplicator.duplicateOf)
      } else this.#validator.rejectRow(this.#faultOf(verdict, block.time[row]), row, block)
    }
    return { accepted: this.#accepted.length - firstAccepted, duplicates }
  }

  /** The accepted events of this turn, for the log; undefined if there are none. Valid until the next turn begins. */
  rows(): AppendRows | undefined {
    const count = this.#accepted.length
    if (count === 0) return undefined
    const view = this.#validator.view()
    const block = count === view.length ? view : gatherBlock(view, Uint32Array.from(this.#accepted.values))
    const ids = this.#ids && this.#idHashes.columns
    const identities = this.#originals && this.#identityHashes.columns
    return { source: this.source, block: sliceBlock(block, 0, count), ids, identities }
  }

  #add(row: number, sequence: number): void {
    this.#accepted.push(row)
    this.#sequences.push(sequence)
    if (this.#ids) this.#idHashes.push(this.#deduplicator.idHash)
    if (this.#originals) this.#identityHashes.push(this.#deduplicator.identityHash)
  }

  #faultOf(verdict: 'conflict' | 'full' | 'stale', time: number): Fault {
    if (verdict === 'conflict') return conflictFault(this.source)
    if (verdict === 'full') return fullFault
    return time <= this.#forgottenUpTo(this.#arrival) ? forgottenFault : staleFault(this.source)
  }

  #rowOf(sequence: number): number {
    const index = this.#sequences.indexOf(sequence)
    return index < 0 ? -1 : this.#accepted.values[index]
  }
}

/** A growable list of ascending numbers. */
class AscendingNumbers {
  #numbers = new Float64Array(1024)
  length = 0

  /** A view of the numbers. */
  get values(): Float64Array {
    return this.#numbers.subarray(0, this.length)
  }

  push(number: number): void {
    if (this.length === this.#numbers.length) this.#numbers = growArray(this.#numbers, this.length * 2)
    this.#numbers[this.length++] = number
  }

  clear(): void {
    this.length = 0
  }

  /** Index of a number that is in the list, by binary search; −1 if it is below the first. */
  indexOf(number: number): number {
    if (this.length === 0 || number < this.#numbers[0]) return -1
    return lowerBound(this.values, number)
  }
}
