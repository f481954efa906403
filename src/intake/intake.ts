/**
 * The door of one source: raw records become events in columns, or refusals. Pure: it reads no file and no clock.
 *
 * `take` checks records as they come. `finish` then does what needs the log's order (arrival, then file order): it sorts, if they
 * are not in order already, and decides on duplicates, conflicts and stale revisions (`admission.ts`). Every record ends as accepted
 * rows, duplicates, refusals, or is skipped because the source's `map` gave no row for it.
 */
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { durationText } from '../base/time.ts'
import type { Block } from '../columns/block.ts'
import { BlockBuilder } from '../columns/builder.ts'
import { gather } from '../columns/gather.ts'
import { ascendingOrder } from '../columns/order.ts'
import { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir.ts'
import { admit, remembers } from './admission.ts'
import type { Origin, RecordBatch } from './batch.ts'
import { mappedRows, thrownFault, type RowMap } from './mapping.ts'
import { Places } from './places.ts'
import { Fault, type Refusal, type RefusalReason } from './refusal.ts'
import { RowReader } from './row-reader.ts'
import { rowText } from './row-text.ts'

export interface IntakeOptions {
  readonly map?: RowMap | undefined
  /** Where keys and string columns get their ids: one for all sources of a pipeline. */
  readonly strings: Strings
  /** Columns that the block shall have; all unless given. */
  readonly keep?: ReadonlySet<string> | undefined
  readonly onRefused: (refusal: Refusal) => void
  /** The log's clock: an arrival below it is raised to it (semantics §1). For events that are appended now. */
  readonly notBefore?: () => number
  readonly eventsMax?: number
  readonly idsMax?: number
}

export interface IntakeCounts {
  /** Raw records seen. */
  records: number
  /** Records for which `map` gave no row. */
  skipped: number
  /** Rows that are events now. */
  accepted: number
  duplicates: number
  /** Accepted events that came later than the source's `allowedLateness`. */
  late: number
  /** Rows that claimed a time ahead of their arrival, within `maxClockSkew`: the arrival became their time. */
  ahead: number
  refused: Partial<Record<RefusalReason, number>>
}

/** The events of one source in order of (arrival, file order); offsets run from 0 in partition 0. */
export interface History {
  readonly source: SourceIR
  readonly block: Block
  readonly counts: Readonly<IntakeCounts>
}

export class Intake {
  readonly source: SourceIR
  readonly counts: IntakeCounts = { records: 0, skipped: 0, accepted: 0, duplicates: 0, late: 0, ahead: 0, refused: {} }
  readonly #options: IntakeOptions
  readonly #kept: ReadonlySet<string>
  readonly #builder: BlockBuilder
  /** Texts of columns that are needed until `finish` only. */
  readonly #passingStrings = new Strings()
  readonly #places: Places | undefined
  #reader: { readonly origin: Origin; readonly rows: RowReader } | undefined

  constructor(source: SourceIR, options: IntakeOptions) {
    const { keep } = options
    const kept = source.columns.filter(({ name }) => keep === undefined || keep.has(name))
    this.source = source
    this.#options = options
    this.#kept = new Set(kept.map(column => column.name))
    this.#builder = new BlockBuilder(remembers(source) ? source.columns : kept)
    this.#places = remembers(source) ? new Places() : undefined
  }

  /** Checks the records of a batch. Throws `SPILL_LIMIT` past REPLAY_EVENTS_MAX events or STRINGS_MAX strings. */
  take(batch: RecordBatch): void {
    const rows = this.#readerOf(batch.origin)
    for (let index = 0; index < batch.records.length; index++) this.#takeRecord(batch, index, rows)
  }

  /** The events in the order of the log. The intake takes nothing more. */
  finish(): History {
    const block = this.#builder.view()
    const order = ascendingOrder(block.arrival)
    const accepted = remembers(this.source) ? this.#admitted(block, order) : order
    const kept = { ...block, columns: Object.fromEntries([...this.#kept].map(name => [name, block.columns[name]])) }
    const events = accepted ? gather(kept, accepted) : kept
    this.counts.accepted = events.length
    this.counts.late = lateCount(events, this.source.allowedLateness)
    return { source: this.source, block: events, counts: this.counts }
  }

  readonly #stringsOf = (column: string): Strings => (this.#kept.has(column) ? this.#options.strings : this.#passingStrings)

  #readerOf(origin: Origin): RowReader {
    if (this.#reader?.origin !== origin) {
      this.#reader = { origin, rows: new RowReader(this.source, this.#builder, this.#stringsOf, origin) }
    }
    return this.#reader.rows
  }

  #takeRecord(batch: RecordBatch, index: number, rows: RowReader): void {
    this.counts.records++
    const record = batch.records[index]
    if (!this.#options.map) {
      const inexact = batch.inexact?.get(index)
      const fault = (inexact && this.#inexactFault(inexact)) ?? this.#takeRow(record, rows, batch, index)
      if (fault) this.#refuse(fault, batch, index)
      return
    }
    const mapped = mappedRows(this.#options.map, record)
    if (mapped instanceof Fault) return this.#refuse(mapped, batch, index)
    if (mapped.length === 0) this.counts.skipped++
    for (const row of mapped) {
      const fault = this.#takeRow(row, rows, batch, index)
      if (fault) this.#refuse(fault, batch, index)
    }
  }

  #takeRow(record: unknown, rows: RowReader, batch: RecordBatch, index: number): Fault | undefined {
    const fault = this.#read(record, rows) ?? this.#stamp(rows)
    if (fault) return fault
    const row = this.#builder.length - 1
    this.#places?.set(row, batch.origin, batch.numberOf(index))
    return undefined
  }

  /** A row that a map made may throw when it is read; limits pass. */
  #read(record: unknown, rows: RowReader): Fault | undefined {
    if (!this.#options.map) return rows.read(record)
    try {
      return rows.read(record)
    } catch (thrown) {
      if (thrown instanceof SpillwayError) throw thrown
      return thrownFault('a row of map threw', thrown)
    }
  }

  /** Gives the row its arrival and event time (semantics §1), which makes it count. */
  #stamp(rows: RowReader): Fault | undefined {
    const { arrives, maxClockSkew } = this.source
    const stamped = arrives.kind === 'after' ? rows.time + arrives.delay : rows.arrival
    const arrival = Math.max(stamped, this.#options.notBefore?.() ?? -Infinity)
    if (arrival > limits.TIME_MS_MAX) return new Fault(`the arrival, ${arrival} ms, is beyond 2^43 ms`)
    const ahead = rows.time - arrival
    if (ahead > maxClockSkew) {
      const skew = durationText(maxClockSkew)
      return new Fault(`'${this.source.time}' is ${ahead} ms ahead of the arrival; maxClockSkew allows ${skew}`, 'future')
    }
    if (ahead > 0) this.counts.ahead++
    this.#builder.commit(Math.min(rows.time, arrival), arrival)
    const { eventsMax = limits.REPLAY_EVENTS_MAX } = this.#options
    if (this.#builder.length > eventsMax)
      throw new SpillwayError(
        'SPILL_LIMIT',
        `source '${this.source.name}': more than ${eventsMax} events (REPLAY_EVENTS_MAX); replay a shorter history`,
      )
    return undefined
  }

  /** Numbers with more digits than a double holds are no exact values; a double column takes the nearest. */
  #inexactFault(inexact: ReadonlyMap<string, string>): Fault | undefined {
    for (const column of this.source.columns) {
      const text = inexact.get(column.name)
      if (text !== undefined && column.type !== 'double')
        return new Fault(`'${column.name}' is ${text}, which has more digits than a JSON number holds; write it as text`)
    }
    return undefined
  }

  #refuse(fault: Fault, batch: RecordBatch, index: number): void {
    this.#refused(fault.at(batch.origin.placeOf(batch.numberOf(index)), batch.rawOf(index), this.source.name))
  }

  #refused(refusal: Refusal): void {
    this.counts.refused[refusal.reason] = (this.counts.refused[refusal.reason] ?? 0) + 1
    this.#options.onRefused(refusal)
  }

  #admitted(block: Block, order: Uint32Array | undefined): Uint32Array | undefined {
    const { accepted, duplicates, conflicts, stale } = admit(this.source, block, order, this.#options.idsMax)
    const refuse = (fault: Fault, row: number) =>
      this.#refused(fault.at(this.#places!.of(row), rowText(this.source, block, row, this.#stringsOf), this.source.name))
    this.counts.duplicates = duplicates.length
    for (const row of conflicts)
      refuse(new Fault(`an event with this '${this.source.id}' was accepted with other content`, 'conflict'), row)
    for (const row of stale)
      refuse(new Fault(`it revises an event older than ${durationText(this.source.revisable!)} (revisable)`, 'stale-revision'), row)
    return accepted
  }
}

function lateCount({ time, arrival, length }: Block, allowed: number): number {
  let late = 0
  for (let row = 0; row < length; row++) if (arrival[row] - time[row] > allowed) late++
  return late
}
