/**
 * Appends all records that one turn received to the log, as one segment, in the order in which they came.
 *
 * The appender chooses the arrival (the ingestion time). All events of a turn have the same one, since they become visible together. It
 * validates, deduplicates and encodes; the caller commits.
 */
import type { PipelineIR } from '../../define/ir/index.ts'
import { assert, limits, sumBy } from '../../base/index.ts'
import type { TextLimits, Strings } from '../../columns/index.ts'
import { columnsRead } from '../../decision/index.ts'
import { rawFormOf, type RecordBatch, countLate, type RowMap, type SourceRejection } from '../../intake/index.ts'
import {
  type EventLookup,
  type AppendResult,
  type Log,
  type AppendRows,
  type LogMarker,
  type DeadLetter,
  type DeadLetterChange,
} from '../../log/index.ts'
import type { DecisionReply } from '../decide/recorded-decision.ts'
import type { AcceptedIds } from './deduplicator.ts'
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
  readonly rejected: number
  /** The sequence number of the log's next entry, after the last record: an exclusive end. */
  readonly sequence: number
  /** Sequence numbers of the original events of the duplicates, if the sender waits for decisions. */
  readonly repeated?: readonly number[]
}

/** Room of an index for more ids. */
export interface IdRoom {
  /** Number of further ids that it can hold at `at`. */
  readonly free: number
  /** Each id is held for this long, ms; Infinity for ever. */
  readonly keptMs: number
  /** UTC ms. */
  readonly at: number
}

/** The log entries, dead letters and receipts of the records of one turn. */
export interface AppendedTurn {
  /** Undefined if no record was accepted. */
  readonly appended: AppendResult | undefined
  readonly deadLetters: readonly DeadLetter[]
  readonly deadLetterChanges: readonly DeadLetterChange[]
  /** One for each input. */
  readonly receipts: readonly IngestReceipt[]
  /** Count of late events by source (later than `allowedLateness`), without zeros. */
  readonly lateEvents: readonly (readonly [source: string, events: number])[]
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
  readonly #acceptedIds: AcceptedIds
  readonly #intakes: readonly SourceIntake[]
  #turn = new TurnRecords(0, 0)

  constructor({ ir, maps, strings, textLimits = runTextLimits, log, lookup, acceptedIds }: AppenderOptions) {
    const shared = columnsRead(ir)
    this.#log = log
    this.#acceptedIds = acceptedIds
    this.#intakes = ir.sources.map(
      source =>
        new SourceIntake(source, {
          strings,
          textLimits,
          shared: shared.get(source.name)!,
          map: maps.get(source.name),
          ids: acceptedIds.ids.get(source.name),
          originals: acceptedIds.originals.get(source.name),
          forgottenUpTo: acceptedIds.forgottenUpTo,
          lookup,
          onRejected: rejection => this.#turn.addDeadLetter(rejection),
        }),
    )
  }

  /** Has a source no room for the ids of so many more records at `now`? They are held back until older ids leave `dedupe`. */
  isFullFor(source: string, records: number, now: number): boolean {
    return this.#acceptedIds.ids.get(source)?.isFullFor(records, this.#arrivalAt(now)) === true
  }

  /** Room for more ids of a source at `now`: of its append ids, and of its identities. */
  idRooms(source: string, now: number): readonly IdRoom[] {
    const at = this.#arrivalAt(now)
    const { ids, originals } = this.#acceptedIds
    return [ids.get(source), originals.get(source)].flatMap(index => (index ? [{ free: index.freeAt(at), keptMs: index.dedupe, at }] : []))
  }

  /** The strings of a column, valid until the next records are appended. */
  readonly stringsOf = (source: string, column: string): Strings =>
    this.#intakes.find(intake => intake.source.name === source)!.stringsOf(column)

  /** Appends markers as one segment. Their times must not fall, nor be below `notBefore` of the log. */
  appendMarkers(markers: readonly LogMarker[]): AppendResult {
    return this.#log.append({ sources: [], order: new Uint8Array(markers.length), markers })
  }

  /** Appends the records of all inputs as one segment. `now`: the wall clock, UTC ms. */
  appendRecords(inputs: readonly SourceRecords[], now: number): AppendedTurn {
    const arrival = this.#arrivalAt(now)
    const turn = (this.#turn = new TurnRecords(arrival, this.#log.end))
    for (const intake of this.#intakes) intake.beginTurn(arrival)
    const receipts = inputs.map(input => this.#appendInput(input))
    const rows = this.#intakes.map(intake => intake.rows())
    const { deadLetters, deadLetterChanges } = turn
    return { appended: this.#append(rows, turn), deadLetters, deadLetterChanges, receipts, lateEvents: rows.flatMap(lateCounts) }
  }

  #appendInput({ source, batch, deadLetter, reply }: SourceRecords): IngestReceipt {
    const turn = this.#turn
    turn.onRejected = batch.onRejected
    const lettersBefore = turn.deadLetters.length
    const form = rawFormOf(batch.origin)
    for (const rejection of batch.undecodable) turn.addDeadLetter({ ...rejection, source, ...(form && { form }) })
    const index = this.#intakes.findIndex(intake => intake.source.name === source)
    const duplicateEntries: number[] = []
    const { accepted, duplicates } = this.#intakes[index].accept(batch, turn.next, reply && duplicateEntries)
    turn.addEvents(index, accepted)
    const rejected = turn.deadLetters.length - lettersBefore
    if (deadLetter !== undefined) {
      const [newLetter] = turn.deadLetters.splice(lettersBefore, 1)
      turn.deadLetterChanges.push(replayedLetter({ id: deadLetter, source }, newLetter, { accepted, duplicates, arrival: turn.arrival }))
    }
    return { accepted, duplicates, rejected, sequence: turn.next, ...(duplicateEntries.length > 0 && { repeated: duplicateEntries }) }
  }

  #append(rows: readonly (AppendRows | undefined)[], { sourceRanges, next }: TurnRecords): AppendResult | undefined {
    if (sourceRanges.length === 0) return undefined
    const sources = rows.filter(sourceRows => sourceRows !== undefined)
    const order = sources.length === 1 ? undefined : entrySources(rows, sourceRanges)
    const appended = this.#log.append({ sources, order, markers: [] })
    assert(
      appended.segment.first + appended.segment.length === next,
      'the log gives accepted events the numbers that deduplication expects',
    )
    return appended
  }

  /** The arrival of records that are appended at `now`, UTC ms: the wall clock, but never before an earlier entry. */
  #arrivalAt(now: number): number {
    return Math.max(now, this.#log.notBefore)
  }
}

/** Consecutive events of one source. */
interface SourceRange {
  /** Index of the source. */
  readonly source: number
  readonly events: number
}

/** The records of one turn while they are appended. */
class TurnRecords {
  /** Arrival of all events, UTC ms. */
  readonly arrival: number
  /**
   * Sequence number that the log will give the next accepted event. The events are appended together at the end, but deduplication needs
   * their numbers before, since a record may duplicate an event of the same turn.
   */
  next: number
  /** The accepted events in log order. */
  readonly sourceRanges: SourceRange[] = []
  readonly deadLetters: DeadLetter[] = []
  readonly deadLetterChanges: DeadLetterChange[] = []
  /** Notified of the rejected records of the current input. */
  onRejected: RecordBatch['onRejected']

  constructor(arrival: number, next: number) {
    this.arrival = arrival
    this.next = next
  }

  addEvents(source: number, events: number): void {
    if (events > 0) this.sourceRanges.push({ source, events })
    this.next += events
  }

  addDeadLetter(rejection: SourceRejection): void {
    this.deadLetters.push({ ...rejection, sequence: this.next, at: this.arrival })
    this.onRejected?.(rejection)
  }
}

/**
 * The change of a dead letter that was replayed. If it is rejected again (`rejected`), it stays one dead letter; further rejected rows of
 * its record become dead letters of their own.
 */
function replayedLetter(
  deadLetter: { readonly id: number; readonly source: string },
  rejected: DeadLetter | undefined,
  { accepted, duplicates, arrival }: { readonly accepted: number; readonly duplicates: number; readonly arrival: number },
): DeadLetterChange {
  if (!rejected) {
    const outcome = accepted > 0 ? 'accepted' : duplicates > 0 ? 'duplicate' : 'skipped'
    return { kind: 'settled', ...deadLetter, outcome, at: arrival }
  }
  const { reason, detail, raw, form } = rejected
  return { kind: 'rejected', ...deadLetter, reason, detail, raw, form }
}

/** By entry: the index of its source among those that have rows, as in `Segment.order`. */
function entrySources(rows: readonly (AppendRows | undefined)[], ranges: readonly SourceRange[]): Uint8Array {
  const indexes = new Map<number, number>()
  rows.forEach((sourceRows, source) => sourceRows && indexes.set(source, indexes.size))
  const order = new Uint8Array(sumBy(ranges, ({ events }) => events))
  let entry = 0
  for (const { source, events } of ranges) {
    order.fill(indexes.get(source)!, entry, entry + events)
    entry += events
  }
  return order
}

/** Counts late events. Lateness is a flag for metrics and changes no value (semantics, the log). */
function lateCounts(rows: AppendRows | undefined): [source: string, events: number][] {
  if (!rows) return []
  const late = countLate(rows.block, rows.source.allowedLateness)
  return late > 0 ? [[rows.source.name, late]] : []
}
