/**
 * Appends all records that one turn received to the log, as one segment, in the order in which they came.
 *
 * All events of a turn have the same arrival, since they become visible together. The appender validates, deduplicates and encodes; the
 * caller commits.
 */
import type { PipelineIR } from '../../define/ir/index.ts'
import { limits } from '../../base/index.ts'
import type { TextLimits, Strings } from '../../columns/index.ts'
import { columnsRead } from '../../decision/index.ts'
import { rawFormOf, type RecordBatch, countLate, type RowMap, type SourceRefusal } from '../../intake/index.ts'
import {
  type EventLookup,
  type AppendResult,
  type Log,
  type AppendRows,
  type LogMarker,
  deadLetterOf,
  type DeadLetter,
  type DeadLetterChange,
} from '../../log/index.ts'
import type { DecisionReply } from '../decide/recorded-decision.ts'
import type { AcceptedIds, IdRoom } from './accepted-ids.ts'
import { SourceIntake } from './source-intake.ts'

const runTextLimits: TextLimits = { texts: limits.RUN_STRINGS_MAX, bytes: limits.RUN_STRINGS_BYTES_MAX }

/** Raw records for a source, not validated yet. */
export interface SourceRecords {
  readonly source: string
  readonly batch: RecordBatch
  /** The dead letter from which the one record of the batch comes. The letter is settled if the record is accepted, and stays otherwise. */
  readonly deadLetter?: number | undefined
  /** Receives the decisions on these records. */
  readonly reply?: DecisionReply | undefined
}

/** The result of one input: counts of its records. */
export interface IngestReceipt {
  readonly accepted: number
  readonly duplicates: number
  readonly refused: number
  /** The next sequence number of the log after the last record. */
  readonly sequence: number
  /** Sequence numbers of the original events of the duplicates, if the sender waits for decisions. */
  readonly repeated?: readonly number[]
}

/** The log entries, dead letters and receipts of one turn. */
export interface AppendedTurn {
  /** Undefined if no record was accepted and there is no marker. */
  readonly appended: AppendResult | undefined
  readonly deadLetters: readonly DeadLetter[]
  readonly deadLetterChanges: readonly DeadLetterChange[]
  /** One for each input. */
  readonly receipts: readonly IngestReceipt[]
  /** Count of late events by source (later than `allowedLateness`), without zeros. */
  readonly lateEvents: readonly (readonly [source: string, events: number])[]
}

/** Consecutive events of one source. */
interface EventRun {
  readonly intake: number
  readonly events: number
}

export interface AppenderOptions {
  readonly ir: PipelineIR
  readonly maps: ReadonlyMap<string, RowMap>
  readonly strings: Strings
  /** Limits of the texts that records may add to `strings`; by default those of a run. */
  readonly textLimits?: TextLimits | undefined
  readonly log: Log
  readonly lookup: EventLookup
  readonly acceptedIds: AcceptedIds
}

export class Appender {
  readonly #log: Log
  readonly #remembered: AcceptedIds
  readonly #intakes: readonly SourceIntake[]
  #deadLetters: DeadLetter[] = []
  #deadLetterChanges: DeadLetterChange[] = []
  #onRefused: RecordBatch['onRefused']
  #arrival = 0
  #next = 0

  constructor({ ir, maps, strings, textLimits: room = runTextLimits, log, lookup, acceptedIds: remembered }: AppenderOptions) {
    const shared = columnsRead(ir)
    this.#log = log
    this.#remembered = remembered
    this.#intakes = ir.sources.map(
      source =>
        new SourceIntake(source, {
          strings,
          textLimits: room,
          shared: shared.get(source.name)!,
          map: maps.get(source.name),
          ids: remembered.ids.get(source.name),
          originals: remembered.originals.get(source.name),
          forgottenUpTo: remembered.forgottenUpTo,
          lookup,
          onRefused: refusal => this.#refused(refusal),
        }),
    )
  }

  /** Has a source no room for the ids of so many more records at `now`? They are held back until older ids leave `dedupe`. */
  isFullFor(source: string, records: number, now: number): boolean {
    return this.#remembered.ids.get(source)?.isFullFor(records, Math.max(now, this.#log.notBefore)) === true
  }

  /** Room for more ids of a source at `now`: of its append ids, and of its identities. */
  idRooms(source: string, now: number): readonly IdRoom[] {
    const at = Math.max(now, this.#log.notBefore)
    const { ids, originals } = this.#remembered
    return [ids.get(source), originals.get(source)].flatMap(index => (index ? [{ free: index.freeAt(at), keptMs: index.dedupe, at }] : []))
  }

  /** The strings of a column, valid until the next turn. */
  readonly stringsOf = (source: string, column: string): Strings => this.#intakeOf(source).stringsOf(column)

  /** Appends markers, then the records of all inputs. `now`: the wall clock, UTC ms. */
  append(inputs: readonly SourceRecords[], markers: readonly LogMarker[], now: number): AppendedTurn {
    this.#arrival = markers.reduce((least, marker) => Math.max(least, marker.t + 1), Math.max(now, this.#log.notBefore))
    this.#next = this.#log.end + markers.length
    this.#deadLetters = []
    this.#deadLetterChanges = []
    for (const intake of this.#intakes) intake.beginTurn(this.#arrival)
    const order: EventRun[] = []
    const receipts = inputs.map(input => this.#appendRecords(input, order))
    const rows = this.#intakes.map(intake => intake.rows())
    const appended = this.#append(rows, order, markers)
    return {
      appended,
      deadLetters: this.#deadLetters,
      deadLetterChanges: this.#deadLetterChanges,
      receipts,
      lateEvents: rows.flatMap(lateCounts),
    }
  }

  #appendRecords({ source, batch, deadLetter, reply }: SourceRecords, order: EventRun[]): IngestReceipt {
    const refusedBefore = this.#deadLetters.length
    this.#onRefused = batch.onRefused
    const form = rawFormOf(batch.origin)
    for (const refusal of batch.undecodable) this.#refused({ ...refusal, source, ...(form && { form }) })
    const index = this.#intakes.findIndex(intake => intake.source.name === source)
    const duplicateEntries: number[] = []
    const { accepted, duplicates } = this.#intakes[index].admit(batch, this.#next, reply && duplicateEntries)
    if (accepted > 0) order.push({ intake: index, events: accepted })
    this.#next += accepted
    const refused = this.#deadLetters.length - refusedBefore
    if (deadLetter !== undefined)
      this.#deadLetterChanges.push(
        this.#resentLetter({ id: deadLetter, source }, this.#deadLetters.splice(refusedBefore, 1)[0], accepted, duplicates),
      )
    return { accepted, duplicates, refused, sequence: this.#next, ...(duplicateEntries.length > 0 && { repeated: duplicateEntries }) }
  }

  /**
   * A dead letter that is rejected again stays one dead letter. Further rejected rows of the same record become dead letters of their own.
   */
  #resentLetter(
    deadLetter: { readonly id: number; readonly source: string },
    refused: DeadLetter | undefined,
    accepted: number,
    duplicates: number,
  ): DeadLetterChange {
    if (!refused) {
      const outcome = accepted > 0 ? 'accepted' : duplicates > 0 ? 'duplicate' : 'skipped'
      return { kind: 'settled', ...deadLetter, outcome, at: this.#arrival }
    }
    const { reason, detail, raw, form } = refused
    return { kind: 'refused', ...deadLetter, reason, detail, raw, form }
  }

  #append(rows: readonly (AppendRows | undefined)[], order: readonly EventRun[], markers: readonly LogMarker[]): AppendResult | undefined {
    const length = order.reduce((sum, { events }) => sum + events, markers.length)
    if (length === 0) return undefined
    const indexes = new Map<number, number>()
    rows.forEach((sourceRows, i) => sourceRows && indexes.set(i, indexes.size))
    const sources = rows.filter(sourceRows => sourceRows !== undefined)
    const isPlain = sources.length === 1 && markers.length === 0
    const entrySources = isPlain ? undefined : new Uint8Array(length).fill(sources.length, 0, markers.length)
    let position = markers.length
    for (const { intake, events } of order) entrySources?.fill(indexes.get(intake)!, position, (position += events))
    return this.#log.append({ sources, order: entrySources, markers })
  }

  #refused(refusal: SourceRefusal): void {
    this.#deadLetters.push(deadLetterOf(refusal, this.#next, this.#arrival))
    this.#onRefused?.(refusal)
  }

  #intakeOf(source: string): SourceIntake {
    return this.#intakes.find(intake => intake.source.name === source)!
  }
}

/** Counts late events. Lateness is a flag for metrics and changes no value (semantics, the log). */
function lateCounts(rows: AppendRows | undefined): [source: string, events: number][] {
  if (!rows) return []
  const late = countLate(rows.block, rows.source.allowedLateness)
  return late > 0 ? [[rows.source.name, late]] : []
}
