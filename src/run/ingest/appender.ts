/**
 * Appends all records that one turn received to the log, as one segment, in the order in which they came.
 *
 * All events of a turn have the same arrival, since they become visible together. The appender validates, deduplicates and encodes; the
 * caller commits.
 */
import type { PipelineIR } from '../../define/ir/ir.ts'
import { limits } from '../../base/limits.ts'
import type { TextBounds } from '../../columns/strings-room.ts'
import type { Strings } from '../../columns/strings.ts'
import { columnsLookedAt } from '../../decision/reads.ts'
import { formOf, type RecordBatch } from '../../intake/batch.ts'
import { lateCount } from '../../intake/intake.ts'
import type { RowMap } from '../../intake/mapping.ts'
import type { SourceRefusal } from '../../intake/refusal.ts'
import type { EventLookup } from '../../log/event-lookup.ts'
import type { Appended, Log, Rows } from '../../log/log.ts'
import type { Mark } from '../../log/segment.ts'
import { letterOf, type DeadLetter, type LetterChange } from '../../log/letters.ts'
import type { Awaited } from '../decide/recorded-decision.ts'
import type { Remembered } from './accepted-ids.ts'
import { SourceDoor } from './source-intake.ts'

const runRoom: TextBounds = { texts: limits.RUN_STRINGS_MAX, bytes: limits.RUN_STRINGS_BYTES_MAX }

/** Raw records for a source, not validated yet. */
export interface Input {
  readonly source: string
  readonly batch: RecordBatch
  /** The dead letter from which the one record of the batch comes. The letter is settled if the record is accepted, and stays otherwise. */
  readonly letter?: number | undefined
  /** Receives the decisions on these records. */
  readonly awaited?: Awaited | undefined
}

/** The result of one input: counts of its records. */
export interface Receipt {
  readonly accepted: number
  readonly duplicates: number
  readonly refused: number
  /** The next sequence number of the log after the last record. */
  readonly sequence: number
  /** Sequence numbers of the original events of the duplicates, if the sender waits for decisions. */
  readonly repeated?: readonly number[]
}

/** The log entries, dead letters and receipts of one turn. */
export interface Turn {
  /** Undefined if no record was accepted and there is no marker. */
  readonly appended: Appended | undefined
  readonly dead: readonly DeadLetter[]
  readonly letters: readonly LetterChange[]
  /** One for each input. */
  readonly receipts: readonly Receipt[]
  /** Count of late events by source (later than `allowedLateness`), without zeros. */
  readonly late: readonly (readonly [source: string, events: number])[]
}

/** Consecutive events of one source. */
interface Run {
  readonly door: number
  readonly events: number
}

export interface AppenderOptions {
  readonly ir: PipelineIR
  readonly maps: ReadonlyMap<string, RowMap>
  readonly strings: Strings
  /** Limits of the texts that records may add to `strings`; by default those of a run. */
  readonly room?: TextBounds | undefined
  readonly log: Log
  readonly lookup: EventLookup
  readonly remembered: Remembered
}

export class Appender {
  readonly #log: Log
  readonly #remembered: Remembered
  readonly #doors: readonly SourceDoor[]
  #dead: DeadLetter[] = []
  #letters: LetterChange[] = []
  #onRefused: RecordBatch['onRefused']
  #arrival = 0
  #next = 0

  constructor({ ir, maps, strings, room = runRoom, log, lookup, remembered }: AppenderOptions) {
    const lookedAt = columnsLookedAt(ir)
    this.#log = log
    this.#remembered = remembered
    this.#doors = ir.sources.map(
      source =>
        new SourceDoor(source, {
          strings,
          room,
          shared: lookedAt.get(source.name)!,
          map: maps.get(source.name),
          ids: remembered.ids.get(source.name),
          originals: remembered.originals.get(source.name),
          forgotten: remembered.forgotten,
          lookup,
          onRefused: refusal => this.#refused(refusal),
        }),
    )
  }

  /** Has a source no room for the ids of so many more records at `now`? They are held back until older ids leave `dedupe`. */
  isFullFor(source: string, records: number, now: number): boolean {
    return this.#remembered.ids.get(source)?.isFullFor(records, Math.max(now, this.#log.notBefore)) === true
  }

  /** The strings of a column, valid until the next turn. */
  readonly stringsOf = (source: string, column: string): Strings => this.#door(source).stringsOf(column)

  /** Appends markers, then the records of all inputs. `now`: the wall clock, UTC ms. */
  take(inputs: readonly Input[], marks: readonly Mark[], now: number): Turn {
    this.#arrival = marks.reduce((least, mark) => Math.max(least, mark.t + 1), Math.max(now, this.#log.notBefore))
    this.#next = this.#log.end + marks.length
    this.#dead = []
    this.#letters = []
    for (const door of this.#doors) door.begin(this.#arrival)
    const order: Run[] = []
    const receipts = inputs.map(input => this.#take(input, order))
    const rows = this.#doors.map(door => door.rows())
    const appended = this.#append(rows, order, marks)
    return { appended, dead: this.#dead, letters: this.#letters, receipts, late: rows.flatMap(lateIn) }
  }

  #take({ source, batch, letter, awaited }: Input, order: Run[]): Receipt {
    const refusedBefore = this.#dead.length
    this.#onRefused = batch.onRefused
    const form = formOf(batch.origin)
    for (const refusal of batch.undecodable) this.#refused({ ...refusal, source, ...(form && { form }) })
    const index = this.#doors.findIndex(door => door.source.name === source)
    const repeated: number[] = []
    const { accepted, duplicates } = this.#doors[index].take(batch, this.#next, awaited && repeated)
    if (accepted > 0) order.push({ door: index, events: accepted })
    this.#next += accepted
    const refused = this.#dead.length - refusedBefore
    if (letter !== undefined)
      this.#letters.push(this.#sentAgain({ id: letter, source }, this.#dead.splice(refusedBefore, 1)[0], accepted, duplicates))
    return { accepted, duplicates, refused, sequence: this.#next, ...(repeated.length > 0 && { repeated }) }
  }

  /**
   * A dead letter that is rejected again stays one dead letter. Further rejected rows of the same record become dead letters of their own.
   */
  #sentAgain(
    sent: { readonly id: number; readonly source: string },
    refused: DeadLetter | undefined,
    accepted: number,
    duplicates: number,
  ): LetterChange {
    if (!refused) {
      const outcome = accepted > 0 ? 'accepted' : duplicates > 0 ? 'duplicate' : 'skipped'
      return { kind: 'settled', ...sent, outcome, at: this.#arrival }
    }
    const { reason, detail, raw, form } = refused
    return { kind: 'refused', ...sent, reason, detail, raw, form }
  }

  #append(rows: readonly (Rows | undefined)[], order: readonly Run[], marks: readonly Mark[]): Appended | undefined {
    const length = order.reduce((sum, { events }) => sum + events, marks.length)
    if (length === 0) return undefined
    const places = new Map<number, number>()
    rows.forEach((given, i) => given && places.set(i, places.size))
    const sources = rows.filter(given => given !== undefined)
    const isPlain = sources.length === 1 && marks.length === 0
    const all = isPlain ? undefined : new Uint8Array(length).fill(sources.length, 0, marks.length)
    let at = marks.length
    for (const { door, events } of order) all?.fill(places.get(door)!, at, (at += events))
    return this.#log.append({ sources, order: all, marks })
  }

  #refused(refusal: SourceRefusal): void {
    this.#dead.push(letterOf(refusal, this.#next, this.#arrival))
    this.#onRefused?.(refusal)
  }

  #door(source: string): SourceDoor {
    return this.#doors.find(door => door.source.name === source)!
  }
}

/** Counts late events. Lateness is a flag for metrics and changes no value (semantics, late events). */
function lateIn(rows: Rows | undefined): [source: string, events: number][] {
  if (!rows) return []
  const late = lateCount(rows.block, rows.source.allowedLateness)
  return late > 0 ? [[rows.source.name, late]] : []
}
