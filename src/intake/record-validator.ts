/**
 * Validates the records of one source: each raw record becomes rows of typed columns with an arrival, or a rejection. Pure: reads no file
 * and no clock.
 *
 * Each row of a record ends as a row of the builder or as a rejection; a record has no rows if the source's `map` returned none. The caller
 * decides whatever depends on other events: duplicates, conflicts and stale revisions.
 */
import { durationText, exactSpanTitle, limits, spanTitle, SpillwayError } from '../base/index.ts'
import { type Block, BlockBuilder, ensureCapacity, TextLimitError, type TextLimits, Strings } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import { stampCells, type RecordCells } from './cells.ts'
import { rawFormOf, type RecordOrigin, type RecordBatch } from './record-batch.ts'
import { noRoomFault } from './text-limits.ts'
import { inexactFault } from './json.ts'
import { mappedRows, thrownFault, type RowMap, type ColumnMapping } from './column-mapping.ts'
import { Fault, type RawForm, type RejectionReason, type SourceRejection } from './rejection.ts'
import { RowReader, rowText } from './row-reader.ts'

export interface RecordValidatorOptions {
  readonly map?: RowMap | undefined
  /** String table for the `shared` columns: one for all sources of a pipeline. */
  readonly strings: Strings
  /** Limits on new texts in `strings`; records with a new text beyond them are rejected. Without limits, a full table throws. */
  readonly textLimits?: TextLimits | undefined
  /** Columns whose texts are used after validation; default all. Text ids of other columns are valid until `clear`. */
  readonly shared?: ReadonlySet<string> | undefined
  /** Columns to keep; default all. The other columns are only validated. */
  readonly keep?: ReadonlySet<string> | undefined
  /**
   * Column names of foreign records, whose extra fields are ignored. For a source with a map, whose records have both names, it names the
   * columns.
   */
  readonly columnMapping?: ColumnMapping | undefined
  /** Record the origin of each row, for later rejections. */
  readonly trackOrigins: boolean
  /** `number`: that of the record in its batch, as of `numberOf`. */
  readonly onRejected: (rejection: SourceRejection, number: number) => void
  /** Arrival of an event for which the source declares `declared`; default `declared`. */
  readonly arrivalOf?: ((declared: number) => number) | undefined
  readonly eventsMax?: number | undefined
}

export interface ValidationCounts {
  /** Raw records so far. */
  records: number
  /** Records for which `map` returned no row. */
  skipped: number
  /** Rows whose event time was after their arrival, within `maxClockSkew`; their event time became the arrival. */
  ahead: number
  rejected: Partial<Record<RejectionReason, number>>
}

export class RecordValidator {
  readonly source: SourceIR
  readonly counts: ValidationCounts = { records: 0, skipped: 0, ahead: 0, rejected: {} }
  readonly #options: RecordValidatorOptions
  readonly #builder: BlockBuilder
  readonly #passingStrings = new Strings()
  readonly #origins: RowOrigins | undefined
  #reader: { readonly origin: RecordOrigin; readonly rows: RowReader } | undefined

  constructor(source: SourceIR, options: RecordValidatorOptions) {
    const { keep } = options
    this.source = source
    this.#options = options
    this.#builder = new BlockBuilder(source.columns.filter(({ name }) => keep === undefined || keep.has(name)))
    this.#origins = options.trackOrigins ? new RowOrigins() : undefined
  }

  /** Number of valid rows. */
  get length(): number {
    return this.#builder.length
  }

  /** Validates the records of a batch. Throws `SPILL_LIMIT` past REPLAY_EVENTS_MAX events or STRINGS_MAX strings. */
  validate(batch: RecordBatch): void {
    const reader = this.#readerOf(batch.origin)
    const { strings, textLimits } = this.#options
    strings.setLimits(textLimits)
    try {
      if (this.#addCells(batch, reader)) return
      for (let index = 0; index < batch.records.length; index++) this.#addRecord(batch, index, reader)
    } finally {
      strings.setLimits()
    }
  }

  /** Reserves room for `rows` more rows, up to the limit of events. */
  reserve(rows: number): void {
    const { eventsMax = limits.REPLAY_EVENTS_MAX } = this.#options
    this.#builder.reserve(Math.min(this.#builder.length + rows, eventsMax))
  }

  /** A view of the rows, valid until the next batch. */
  view(): Block {
    return this.#builder.view()
  }

  /** Drops the rows and reuses their memory, so views of them become invalid. */
  clear(): void {
    this.#builder.clear()
    this.#passingStrings.clear()
    this.#origins?.clear()
  }

  /** The number of the record that a row is of, as of `RecordBatch.numberOf`. Needs `trackOrigins`. */
  numberOf(row: number): number {
    return this.#origins!.numberOf(row)
  }

  /** Rejects a validated row, with its origin and its text; `block` is a view of the rows. */
  rejectRow(fault: Fault, row: number, block: Block): void {
    const form = this.#options.map && { mapped: true as const }
    const origins = this.#origins!
    this.#rejected(fault, origins.numberOf(row), origins.of(row), rowText(this.source, block, row, this.stringsOf), form)
  }

  /** Place of the record of a row, as its origin words it. Needs `trackOrigins`. */
  placeOf(row: number): string {
    return this.#origins!.of(row)
  }

  /** String table of a column. */
  readonly stringsOf = (column: string): Strings => {
    const { shared, strings } = this.#options
    return shared === undefined || shared.has(column) ? strings : this.#passingStrings
  }

  #readerOf(origin: RecordOrigin): RowReader {
    if (this.#reader?.origin !== origin) {
      this.#reader = { origin, rows: new RowReader(this.source, this.#builder, this.stringsOf, origin, this.#options.columnMapping) }
    }
    return this.#reader.rows
  }

  /** Adds all records of a batch at once, if they are cells of this source and all of them are valid. */
  #addCells(batch: RecordBatch, reader: RowReader): boolean {
    const { length } = batch.records
    const { cells } = batch
    const { arrivalOf, eventsMax = limits.REPLAY_EVENTS_MAX } = this.#options
    if (cells?.source !== this.source || arrivalOf || this.#builder.length + length > eventsMax) return false
    const stamped = stampCells(cells, length)
    if (!stamped) return false
    this.#builder.reserveMore(length)
    // If some texts have no room, each row must be validated by itself.
    if (this.#writeCells(cells, length, reader, true)) return false
    const first = this.#builder.length
    for (let index = 0; this.#origins && index < length; index++) this.#origins.set(first + index, batch.origin, batch.numberOf(index))
    this.#builder.commitAll(stamped.time, stamped.arrival)
    this.counts.records += length
    this.counts.ahead += stamped.ahead
    return true
  }

  #addRecord(batch: RecordBatch, index: number, reader: RowReader): void {
    this.counts.records++
    const { replay, cells } = batch
    const { map } = this.#options
    const isRead = cells?.isRead[index] === 1
    if (isRead && cells.source === this.source) return this.#addReadCells(cells, batch, index, reader)
    const record = isRead ? cells.valueOf(index) : batch.records[index]
    if (!map || replay?.mapped) this.#addPlainRecord(record, batch, index, reader)
    else this.#addMappedRows(mappedRows(map, record), batch, index, reader)
  }

  /** Adds a record that its reader decoded into cells of this source. */
  #addReadCells(cells: RecordCells, batch: RecordBatch, index: number, reader: RowReader): void {
    const fault = this.#writeCells(cells, index, reader) ?? this.#commitRow(reader, batch, index)
    if (fault) this.#reject(fault, batch, index)
  }

  /** Adds a record that is a row itself. */
  #addPlainRecord(record: unknown, batch: RecordBatch, index: number, reader: RowReader): void {
    const inexact = batch.inexact?.get(index)
    const fault = (inexact && inexactFault(this.source.columns, inexact)) ?? this.#addRow(record, reader, batch, index)
    if (fault) this.#reject(fault, batch, index)
  }

  /** Adds the rows that `map` returned for a record; of a dead letter that is replayed, only the row that was rejected. */
  #addMappedRows(rows: readonly unknown[] | Fault, batch: RecordBatch, index: number, reader: RowReader): void {
    if (rows instanceof Fault) return this.#reject(rows, batch, index)
    const replayedRow = batch.replay?.row
    if (rows.length === 0) this.counts.skipped++
    else if (replayedRow !== undefined && replayedRow >= rows.length)
      this.#reject(new Fault(`map returns ${rows.length} rows now, and row ${replayedRow} was rejected`, 'map'), batch, index, replayedRow)
    rows.forEach((row, i) => {
      const fault = replayedRow === undefined || replayedRow === i ? this.#addRow(row, reader, batch, index) : undefined
      if (fault) this.#reject(fault, batch, index, i)
    })
  }

  #addRow(record: unknown, reader: RowReader, batch: RecordBatch, index: number): Fault | undefined {
    return this.#read(record, reader) ?? this.#commitRow(reader, batch, index)
  }

  /** Commits the row written last, unless its time is invalid. */
  #commitRow(reader: RowReader, batch: RecordBatch, index: number): Fault | undefined {
    const fault = this.#stampRow(reader)
    if (!fault) this.#origins?.set(this.#builder.length - 1, batch.origin, batch.numberOf(index))
    return fault
  }

  /** Writes the row with that index, or with `all` the rows before it. */
  #writeCells(cells: RecordCells, index: number, reader: RowReader, all = false): Fault | undefined {
    try {
      if (all) reader.writeAll(cells, index)
      else reader.write(cells, index)
      return undefined
    } catch (thrown) {
      return this.#faultOf(thrown)
    }
  }

  #read(record: unknown, reader: RowReader): Fault | undefined {
    try {
      return reader.read(record)
    } catch (thrown) {
      return this.#faultOf(thrown)
    }
  }

  /** A mapped row may throw when it is read. Limits pass through, except the string limit in a run, which rejects the record. */
  #faultOf(thrown: unknown): Fault {
    const { map, textLimits } = this.#options
    if (thrown instanceof TextLimitError && textLimits) return noRoomFault(textLimits)
    if (!map || thrown instanceof SpillwayError) throw thrown
    return thrownFault('a row of map threw', thrown)
  }

  /** Sets the arrival and event time of the row (semantics, the log), which commits it. */
  #stampRow(reader: RowReader): Fault | undefined {
    const { arrives, maxClockSkew } = this.source
    const { arrivalOf, eventsMax = limits.REPLAY_EVENTS_MAX } = this.#options
    const declared = arrives.kind === 'after' ? reader.time + arrives.delay : reader.arrival
    const arrival = arrivalOf ? arrivalOf(declared) : declared
    if (arrival > limits.TIME_MS_MAX) return new Fault(`the arrival, ${arrival} ms, is beyond 2^43 ms`)
    const ahead = reader.time - arrival
    if (ahead > maxClockSkew) {
      const lead = spanTitle(ahead) === spanTitle(maxClockSkew) ? exactSpanTitle(ahead) : spanTitle(ahead)
      const skew = durationText(maxClockSkew)
      return new Fault(`'${this.source.time}' is ${lead} ahead of the arrival; maxClockSkew allows ${skew}`, 'future')
    }
    if (ahead > 0) this.counts.ahead++
    this.#builder.commit(Math.min(reader.time, arrival), arrival)
    if (this.#builder.length > eventsMax)
      throw new SpillwayError(
        'SPILL_LIMIT',
        `source '${this.source.name}': more than ${eventsMax} events (REPLAY_EVENTS_MAX); replay a shorter history`,
      )
    return undefined
  }

  /** `row`: index of the rejected row among the mapped rows. */
  #reject(fault: Fault, batch: RecordBatch, index: number, row?: number): void {
    const { origin, replay } = batch
    const form = replay?.mapped ? replay : rawFormOf(origin, row)
    const number = batch.numberOf(index)
    this.#rejected(fault, number, origin.placeOf(number), batch.rawOf(index), form)
  }

  #rejected(fault: Fault, number: number, place: string, raw: string | Uint8Array, form: RawForm | undefined): void {
    this.counts.rejected[fault.reason] = (this.counts.rejected[fault.reason] ?? 0) + 1
    this.#options.onRejected({ ...fault.at(place, raw), source: this.source.name, ...(form && { form }) }, number)
  }
}

/** Origins of rows, for later rejections: the number of each row in its file (8 bytes: offsets of a topic have no limit), and the first row of each file. */
class RowOrigins {
  readonly #origins: { readonly firstRow: number; readonly origin: RecordOrigin }[] = []
  #numbers = new Float64Array(1024)

  set(row: number, origin: RecordOrigin, number: number): void {
    if (this.#origins.at(-1)?.origin !== origin) this.#origins.push({ firstRow: row, origin })
    this.#numbers = ensureCapacity(this.#numbers, row + 1)
    this.#numbers[row] = number
  }

  clear(): void {
    this.#origins.length = 0
  }

  numberOf(row: number): number {
    return this.#numbers[row]
  }

  of(row: number): string {
    return this.#origins.findLast(({ firstRow }) => firstRow <= row)!.origin.placeOf(this.#numbers[row])
  }
}
