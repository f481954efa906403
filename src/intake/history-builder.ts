/**
 * Builds the history of one source: its records become events in order of (arrival, file order).
 *
 * Records are validated as they come (`record-validator.ts`). `finish` then does the work that needs the log's order: it sorts the rows
 * unless they are sorted already, and decides on duplicates, conflicts and stale revisions (`deduplicate-history.ts`). Each record ends as
 * accepted rows, duplicates or rejections, or is skipped because the source's `map` returned no row.
 */
import { durationText } from '../base/index.ts'
import { type Block, gatherBlock, ascendingOrder, type Strings } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import { deduplicateHistory, needsDeduplication, type DeduplicatedRows } from './deduplicate-history.ts'
import type { RecordBatch } from './record-batch.ts'
import { RecordValidator, type ValidationCounts } from './record-validator.ts'
import type { RowMap, ColumnMapping } from './column-mapping.ts'
import { Fault, type SourceRejection } from './rejection.ts'

export interface HistoryBuilderOptions {
  readonly map?: RowMap | undefined
  /** String table of keys and string columns: one for all sources of a pipeline. */
  readonly strings: Strings
  /** Columns of the resulting block; default all. */
  readonly keep?: ReadonlySet<string> | undefined
  /** Columns whose texts have ids in `strings`; default `keep`. Texts of other columns go into a private table. */
  readonly shared?: ReadonlySet<string> | undefined
  /** Column names of foreign records: see `RecordValidatorOptions`. */
  readonly columnMapping?: ColumnMapping | undefined
  /** Decides which rows are accepted; by default among these rows alone. */
  readonly deduplicate?: DeduplicateRows | undefined
  readonly onRejected: (rejection: SourceRejection) => void
  /** The log's clock: raises an earlier arrival to it (semantics, the log). For events that are appended now. */
  readonly notBefore?: () => number
  readonly eventsMax?: number
  readonly idsMax?: number
}

export interface HistoryCounts extends ValidationCounts {
  /** Rows accepted as events. */
  accepted: number
  duplicates: number
  /** Accepted events later than the source's `allowedLateness`. */
  late: number
}

/**
 * Decides on the rows of a block with all columns of its source, as `deduplicateHistory` does. `order`: the rows by arrival; `undefined` if
 * sorted.
 */
export type DeduplicateRows = (
  source: SourceIR,
  block: Block,
  order: Uint32Array | undefined,
  stringsOf: (column: string) => Strings,
) => DeduplicatedRows

/** The events of one source in order of (arrival, file order); offsets run from 0 in partition 0. */
export interface SourceHistory {
  readonly source: SourceIR
  readonly block: Block
  readonly counts: Readonly<HistoryCounts>
}

export class HistoryBuilder {
  readonly source: SourceIR
  readonly #options: HistoryBuilderOptions
  readonly #validator: RecordValidator

  constructor(source: SourceIR, options: HistoryBuilderOptions) {
    const { map, strings, keep, shared = keep, columnMapping, onRejected, notBefore, eventsMax } = options
    this.source = source
    this.#options = options
    this.#validator = new RecordValidator(source, {
      map,
      strings,
      shared,
      keep: needsDeduplication(source) ? undefined : keep,
      columnMapping,
      trackOrigins: needsDeduplication(source),
      onRejected,
      arrivalOf: notBefore && (declared => Math.max(declared, notBefore())),
      eventsMax,
    })
  }

  get counts(): Readonly<ValidationCounts> {
    return this.#validator.counts
  }

  /** String table of a column. */
  get stringsOf(): (column: string) => Strings {
    return this.#validator.stringsOf
  }

  /** Reserves room for `records` more records. */
  reserve(records: number): void {
    this.#validator.reserve(records)
  }

  /** Validates the records of a batch. Throws `SPILL_LIMIT` past REPLAY_EVENTS_MAX events or STRINGS_MAX strings. */
  validate(batch: RecordBatch): void {
    this.#validator.validate(batch)
  }

  /** Returns the events in log order. No batch may follow. */
  finish(): SourceHistory {
    const block = this.#validator.view()
    const order = ascendingOrder(block.arrival)
    const { accepted, duplicates } =
      needsDeduplication(this.source) || this.#options.deduplicate
        ? this.#deduplicateRows(block, order)
        : { accepted: order, duplicates: 0 }
    const { keep } = this.#options
    const columns = Object.entries(block.columns).filter(([name]) => keep === undefined || keep.has(name))
    const selected = { ...block, columns: Object.fromEntries(columns) }
    // Offsets 0, 1, 2 … are in order of arrival.
    const sourcePosition = block.sourcePosition.subarray(0, accepted?.length)
    const events = accepted ? { ...gatherBlock(selected, accepted), sourcePosition } : selected
    const late = countLate(events, this.source.allowedLateness)
    return { source: this.source, block: events, counts: { ...this.counts, accepted: events.length, duplicates, late } }
  }

  #deduplicateRows(block: Block, order: Uint32Array | undefined): { accepted: Uint32Array | undefined; duplicates: number } {
    const { idsMax, deduplicate = (source, rows, rowOrder) => deduplicateHistory(source, rows, rowOrder, idsMax) } = this.#options
    const { accepted, duplicates, conflicts, stale } = deduplicate(this.source, block, order, this.stringsOf)
    for (const row of conflicts) this.#validator.rejectRow(conflictFault(this.source), row, block)
    for (const row of stale) this.#validator.rejectRow(staleFault(this.source), row, block)
    return { accepted, duplicates: duplicates.length }
  }
}

export const conflictFault = ({ id }: SourceIR): Fault =>
  new Fault(`an event with this '${id}' was accepted with different content`, 'conflict')

export const staleFault = ({ revisable }: SourceIR): Fault =>
  new Fault(`it revises an event older than ${durationText(revisable!)} (revisable)`, 'stale-revision')

export const forgottenFault = new Fault('it is older than the log, so the event that it may revise is gone', 'stale-revision')

export const fullFault = new Fault(
  'its source remembers as many ids as it can (DEDUPE_IDS_MAX): once older ones have left `dedupe`, or the log (--keep), replay this one',
  'limit',
)

export function countLate({ time, arrival, length }: Block, allowed: number): number {
  let late = 0
  for (let row = 0; row < length; row++) if (arrival[row] - time[row] > allowed) late++
  return late
}
