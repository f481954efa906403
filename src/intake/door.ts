/**
 * The door of one source: raw records become rows of typed columns with an arrival, or refusals. Pure: it reads no file and no clock.
 *
 * Every row of a record ends as a row of the builder or as a refusal, or there is none because the source's `map` gave none. What needs to know
 * other events (duplicates, conflicts, stale revisions) is decided by who asks.
 */
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { durationText } from '../base/time.ts'
import type { Block } from '../columns/block.ts'
import { BlockBuilder } from '../columns/builder.ts'
import { NoRoomForText, type TextBounds } from '../columns/strings-room.ts'
import { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import type { Cells } from './cells.ts'
import { formOf, type Origin, type RecordBatch } from './batch.ts'
import { noRoomFault } from './text-bound.ts'
import { inexactFault } from './inexact.ts'
import { mappedRows, thrownFault, type RowMap } from './mapping.ts'
import { Places } from './places.ts'
import { Fault, type RawForm, type RefusalReason, type SourceRefusal } from './refusal.ts'
import { RowReader } from './row-reader.ts'
import { rowText } from './row-text.ts'
import { stampCells } from './stamp-cells.ts'
import type { TheirNames } from './their-names.ts'

export interface DoorOptions {
  readonly map?: RowMap | undefined
  /** Where the texts of columns that are `shared` get their ids: one for all sources of a pipeline. */
  readonly strings: Strings
  /** How much room records may take of `strings`: those with a new text beyond it are refused. Unless given, a text beyond all room throws. */
  readonly room?: TextBounds | undefined
  /** Columns whose texts others will look at; all unless given. The others' ids are forgotten with the rows. */
  readonly shared?: ReadonlySet<string> | undefined
  /** Columns to keep; all unless given. The others are checked. */
  readonly keep?: ReadonlySet<string> | undefined
  /** Records are somebody else's: fields that are no column are ignored. Of a source with a map, whose records have both names, what they call its columns. */
  readonly theirs?: TheirNames | undefined
  /** Remember where each row came from, for refusals that come later. */
  readonly places: boolean
  readonly onRefused: (refusal: SourceRefusal) => void
  /** The arrival of an event whose source declares `declared` for it: that, unless given. */
  readonly arrivalOf?: ((declared: number) => number) | undefined
  readonly eventsMax?: number | undefined
}

export interface DoorCounts {
  /** Raw records seen. */
  records: number
  /** Records for which `map` gave no row. */
  skipped: number
  /** Rows that claimed a time ahead of their arrival, within `maxClockSkew`: the arrival became their time. */
  ahead: number
  refused: Partial<Record<RefusalReason, number>>
}

export class Door {
  readonly source: SourceIR
  readonly counts: DoorCounts = { records: 0, skipped: 0, ahead: 0, refused: {} }
  readonly #options: DoorOptions
  readonly #builder: BlockBuilder
  readonly #passingStrings = new Strings()
  readonly #places: Places | undefined
  #reader: { readonly origin: Origin; readonly rows: RowReader } | undefined

  constructor(source: SourceIR, options: DoorOptions) {
    const { keep } = options
    this.source = source
    this.#options = options
    this.#builder = new BlockBuilder(source.columns.filter(({ name }) => keep === undefined || keep.has(name)))
    this.#places = options.places ? new Places() : undefined
  }

  /** Rows taken and not refused. */
  get length(): number {
    return this.#builder.length
  }

  /** Checks the records of a batch. Throws `SPILL_LIMIT` past REPLAY_EVENTS_MAX events or STRINGS_MAX strings. */
  take(batch: RecordBatch): void {
    const rows = this.#readerOf(batch.origin)
    const { strings, room } = this.#options
    strings.boundBy(room)
    try {
      if (this.#takeCells(batch, rows)) return
      for (let index = 0; index < batch.records.length; index++) this.#takeRecord(batch, index, rows)
    } finally {
      strings.boundBy()
    }
  }

  /** Makes room for so many more rows, if they may be that many. */
  expect(rows: number): void {
    const { eventsMax = limits.REPLAY_EVENTS_MAX } = this.#options
    this.#builder.reserve(Math.min(this.#builder.length + rows, eventsMax))
  }

  /** The rows as they stand: no copy, and no longer true once more are taken. */
  view(): Block {
    return this.#builder.view()
  }

  /** Forgets the rows. The memory that they had is used again, so a view of them must not be. */
  clear(): void {
    this.#builder.clear()
    this.#passingStrings.clear()
    this.#places?.clear()
  }

  /** Refuses a row for what others have found, with where it came from and its text. `block` is a view of the rows. */
  refuseRow(fault: Fault, row: number, block: Block): void {
    const form = this.#options.map && { mapped: true as const }
    this.#refused(fault, this.#places!.of(row), rowText(this.source, block, row, this.stringsOf), form)
  }

  /** Where a column's texts have their ids. */
  readonly stringsOf = (column: string): Strings => {
    const { shared, strings } = this.#options
    return shared === undefined || shared.has(column) ? strings : this.#passingStrings
  }

  #readerOf(origin: Origin): RowReader {
    if (this.#reader?.origin !== origin) {
      this.#reader = { origin, rows: new RowReader(this.source, this.#builder, this.stringsOf, origin, this.#options.theirs) }
    }
    return this.#reader.rows
  }

  /** All records at once, where they are cells of this source and nothing is wrong with any of them. */
  #takeCells(batch: RecordBatch, rows: RowReader): boolean {
    const { length } = batch.records
    const { cells } = batch
    const { arrivalOf, eventsMax = limits.REPLAY_EVENTS_MAX } = this.#options
    if (cells?.source !== this.source || arrivalOf || this.#builder.length + length > eventsMax) return false
    const stamped = stampCells(cells, length)
    if (!stamped) return false
    this.#builder.makeRoom(length)
    // Some of its texts may have no room: then each row is judged by itself.
    if (this.#write(cells, length, rows, true)) return false
    const first = this.#builder.length
    for (let index = 0; this.#places && index < length; index++) this.#places.set(first + index, batch.origin, batch.numberOf(index))
    this.#builder.commitAll(stamped.time, stamped.arrival)
    this.counts.records += length
    this.counts.ahead += stamped.ahead
    return true
  }

  #takeRecord(batch: RecordBatch, index: number, rows: RowReader): void {
    this.counts.records++
    const { again, cells } = batch
    const isRead = cells?.isRead[index] === 1
    if (isRead && cells.source === this.source) {
      const fault = this.#write(cells, index, rows) ?? this.#count(rows, batch, index)
      if (fault) this.#refuse(fault, batch, index)
      return
    }
    const record = isRead ? cells.valueOf(index) : batch.records[index]
    if (!this.#options.map || again?.mapped) {
      const inexact = batch.inexact?.get(index)
      const fault = (inexact && inexactFault(this.source.columns, inexact)) ?? this.#takeRow(record, rows, batch, index)
      if (fault) this.#refuse(fault, batch, index)
      return
    }
    const mapped = mappedRows(this.#options.map, record)
    if (mapped instanceof Fault) return this.#refuse(mapped, batch, index)
    if (mapped.length === 0) this.counts.skipped++
    else if (again?.row !== undefined && again.row >= mapped.length)
      this.#refuse(
        new Fault(`map gives ${mapped.length} rows of it now, and it is row ${again.row} that was refused`, 'map'),
        batch,
        index,
        again.row,
      )
    mapped.forEach((row, i) => {
      const fault = again?.row === undefined || again.row === i ? this.#takeRow(row, rows, batch, index) : undefined
      if (fault) this.#refuse(fault, batch, index, i)
    })
  }

  #takeRow(record: unknown, rows: RowReader, batch: RecordBatch, index: number): Fault | undefined {
    return this.#read(record, rows) ?? this.#count(rows, batch, index)
  }

  /** Makes the row that was written last one of the door's, unless its time is wrong. */
  #count(rows: RowReader, batch: RecordBatch, index: number): Fault | undefined {
    const fault = this.#stamp(rows)
    if (fault) return fault
    const row = this.#builder.length - 1
    this.#places?.set(row, batch.origin, batch.numberOf(index))
    return undefined
  }

  /** Writes the row with that index, or `all` before it. */
  #write(cells: Cells, index: number, rows: RowReader, all = false): Fault | undefined {
    try {
      if (all) rows.writeAll(cells, index)
      else rows.write(cells, index)
      return undefined
    } catch (thrown) {
      return this.#faultOf(thrown)
    }
  }

  #read(record: unknown, rows: RowReader): Fault | undefined {
    try {
      return rows.read(record)
    } catch (thrown) {
      return this.#faultOf(thrown)
    }
  }

  /** A row that a map made may throw when it is read; limits pass, unless a run goes on without what is beyond them. */
  #faultOf(thrown: unknown): Fault {
    const { map, room } = this.#options
    if (thrown instanceof NoRoomForText && room) return noRoomFault(room)
    if (!map || thrown instanceof SpillwayError) throw thrown
    return thrownFault('a row of map threw', thrown)
  }

  /** Gives the row its arrival and event time (semantics §1), which makes it count. */
  #stamp(rows: RowReader): Fault | undefined {
    const { arrives, maxClockSkew } = this.source
    const { arrivalOf, eventsMax = limits.REPLAY_EVENTS_MAX } = this.#options
    const declared = arrives.kind === 'after' ? rows.time + arrives.delay : rows.arrival
    const arrival = arrivalOf ? arrivalOf(declared) : declared
    if (arrival > limits.TIME_MS_MAX) return new Fault(`the arrival, ${arrival} ms, is beyond 2^43 ms`)
    const ahead = rows.time - arrival
    if (ahead > maxClockSkew) {
      const skew = durationText(maxClockSkew)
      return new Fault(`'${this.source.time}' is ${ahead} ms ahead of the arrival; maxClockSkew allows ${skew}`, 'future')
    }
    if (ahead > 0) this.counts.ahead++
    this.#builder.commit(Math.min(rows.time, arrival), arrival)
    if (this.#builder.length > eventsMax)
      throw new SpillwayError(
        'SPILL_LIMIT',
        `source '${this.source.name}': more than ${eventsMax} events (REPLAY_EVENTS_MAX); replay a shorter history`,
      )
    return undefined
  }

  /** `row`: which of those that the map made of the record. */
  #refuse(fault: Fault, batch: RecordBatch, index: number, row?: number): void {
    const { origin, again } = batch
    const form = again?.mapped ? again : formOf(origin, row)
    this.#refused(fault, origin.placeOf(batch.numberOf(index)), batch.rawOf(index), form)
  }

  #refused(fault: Fault, place: string, raw: string | Uint8Array, form: RawForm | undefined): void {
    const refusal = fault.at(place, raw, this.source.name)
    this.counts.refused[fault.reason] = (this.counts.refused[fault.reason] ?? 0) + 1
    this.#options.onRefused(form ? { ...refusal, form } : refusal)
  }
}
