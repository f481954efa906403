/**
 * One turn of a run: everything that has come in since the last becomes one segment of the log, in the order in which it came.
 *
 * All events of a turn arrive at the same moment, since they become known together. Decides and encodes; committing is the caller's.
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

/** Records for a source. */
export interface Input {
  readonly source: string
  readonly batch: RecordBatch
  /** The dead letter that its one record was: it is settled with what becomes of it, or stays. */
  readonly letter?: number | undefined
  /** Who waits for the decisions on them. */
  readonly awaited?: Awaited | undefined
}

/** What became of an input's records. */
export interface Receipt {
  readonly accepted: number
  readonly duplicates: number
  readonly refused: number
  /** Where the log stood behind the last of them. */
  readonly sequence: number
  /** Where decisions are waited for and there were duplicates: the entries of the events that they repeat. */
  readonly repeated?: readonly number[]
}

export interface Turn {
  /** Absent if nothing was accepted and there was no mark. */
  readonly appended: Appended | undefined
  readonly dead: readonly DeadLetter[]
  readonly letters: readonly LetterChange[]
  /** One an input. */
  readonly receipts: readonly Receipt[]
  /** Events that came later than their source's `allowedLateness`, by source, where there are some. */
  readonly late: readonly (readonly [source: string, events: number])[]
}

/** Events of one door that follow one another. */
interface Run {
  readonly door: number
  readonly events: number
}

export interface AppenderOptions {
  readonly ir: PipelineIR
  readonly maps: ReadonlyMap<string, RowMap>
  readonly strings: Strings
  /** Limits of the texts in `strings` for records; by default those of a run. */
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

  /** Has a source no room for the ids of so many more records at `now`? They are held back until some are older than `dedupe`. */
  isFullFor(source: string, records: number, now: number): boolean {
    return this.#remembered.ids.get(source)?.isFullFor(records, Math.max(now, this.#log.notBefore)) === true
  }

  /** Where the texts of a column have their ids, until the next turn. */
  readonly stringsOf = (source: string, column: string): Strings => this.#door(source).stringsOf(column)

  /** `now` is the wall clock, UTC ms; marks stand before all events of the turn. */
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

  /** Refused once more it stays what it was, one letter; further rows of it that were refused are letters of their own. */
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

/** Late is a flag for whoever looks: it changes no value (semantics §7). */
function lateIn(rows: Rows | undefined): [source: string, events: number][] {
  if (!rows) return []
  const late = lateCount(rows.block, rows.source.allowedLateness)
  return late > 0 ? [[rows.source.name, late]] : []
}
