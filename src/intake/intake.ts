/**
 * A history on its way in: the records of one source become its events in order of (arrival, file order).
 *
 * `take` checks records as they come (`door.ts`). `finish` then does what needs the log's order: it sorts, if they are not in order already, and
 * decides on duplicates, conflicts and stale revisions (`admission.ts`). Every record ends as accepted rows, duplicates, refusals, or is
 * skipped because the source's `map` gave no row for it.
 */
import { durationText } from '../base/time.ts'
import type { Block } from '../columns/block.ts'
import { gather } from '../columns/gather.ts'
import { ascendingOrder } from '../columns/order.ts'
import type { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { admit, remembers, type Admission } from './admission.ts'
import type { RecordBatch } from './batch.ts'
import { Door, type DoorCounts } from './door.ts'
import type { RowMap } from './mapping.ts'
import { Fault, type SourceRefusal } from './refusal.ts'
import type { TheirNames } from './their-names.ts'

export interface IntakeOptions {
  readonly map?: RowMap | undefined
  /** Where keys and string columns get their ids: one for all sources of a pipeline. */
  readonly strings: Strings
  /** Columns that the block shall have; all unless given. */
  readonly keep?: ReadonlySet<string> | undefined
  /** Columns whose texts have their ids in `strings`: `keep` unless given. Those of the others are the intake's own. */
  readonly shared?: ReadonlySet<string> | undefined
  /** Records are somebody else's: see `DoorOptions`. */
  readonly theirs?: TheirNames | undefined
  /** Which rows the log takes: decided among them alone unless given. */
  readonly admit?: Admit | undefined
  readonly onRefused: (refusal: SourceRefusal) => void
  /** The log's clock: an arrival below it is raised to it (semantics §1). For events that are appended now. */
  readonly notBefore?: () => number
  readonly eventsMax?: number
  readonly idsMax?: number
}

export interface IntakeCounts extends DoorCounts {
  /** Rows that are events now. */
  accepted: number
  duplicates: number
  /** Accepted events that came later than the source's `allowedLateness`. */
  late: number
}

/** Decides on the rows of a block with all columns of its source, as `admit` does. `order` are its rows by arrival, `undefined` if they stand so. */
export type Admit = (source: SourceIR, block: Block, order: Uint32Array | undefined, stringsOf: (column: string) => Strings) => Admission

/** The events of one source in order of (arrival, file order); offsets run from 0 in partition 0. */
export interface History {
  readonly source: SourceIR
  readonly block: Block
  readonly counts: Readonly<IntakeCounts>
}

export class Intake {
  readonly source: SourceIR
  readonly #options: IntakeOptions
  readonly #door: Door

  constructor(source: SourceIR, options: IntakeOptions) {
    const { map, strings, keep, shared = keep, theirs, onRefused, notBefore, eventsMax } = options
    this.source = source
    this.#options = options
    this.#door = new Door(source, {
      map,
      strings,
      shared,
      keep: remembers(source) ? undefined : keep,
      theirs,
      places: remembers(source),
      onRefused,
      arrivalOf: notBefore && (declared => Math.max(declared, notBefore())),
      eventsMax,
    })
  }

  get counts(): Readonly<DoorCounts> {
    return this.#door.counts
  }

  /** Where a column's texts have their ids. */
  get stringsOf(): (column: string) => Strings {
    return this.#door.stringsOf
  }

  /** Makes room for so many more records. */
  expect(records: number): void {
    this.#door.expect(records)
  }

  /** Checks the records of a batch. Throws `SPILL_LIMIT` past REPLAY_EVENTS_MAX events or STRINGS_MAX strings. */
  take(batch: RecordBatch): void {
    this.#door.take(batch)
  }

  /** The events in the order of the log. The intake takes nothing more. */
  finish(): History {
    const block = this.#door.view()
    const order = ascendingOrder(block.arrival)
    const { accepted, duplicates } =
      remembers(this.source) || this.#options.admit ? this.#admitted(block, order) : { accepted: order, duplicates: 0 }
    const { keep } = this.#options
    const columns = Object.entries(block.columns).filter(([name]) => keep === undefined || keep.has(name))
    const kept = { ...block, columns: Object.fromEntries(columns) }
    const events = accepted ? gather(kept, accepted) : kept
    const late = lateCount(events, this.source.allowedLateness)
    return { source: this.source, block: events, counts: { ...this.counts, accepted: events.length, duplicates, late } }
  }

  #admitted(block: Block, order: Uint32Array | undefined): { accepted: Uint32Array | undefined; duplicates: number } {
    const { idsMax, admit: decided = (source, rows, inOrder) => admit(source, rows, inOrder, idsMax) } = this.#options
    const { accepted, duplicates, conflicts, stale } = decided(this.source, block, order, this.stringsOf)
    for (const row of conflicts) this.#door.refuseRow(conflictFault(this.source), row, block)
    for (const row of stale) this.#door.refuseRow(staleFault(this.source), row, block)
    return { accepted, duplicates: duplicates.length }
  }
}

export const conflictFault = ({ id }: SourceIR): Fault =>
  new Fault(`an event with this '${id}' was accepted with other content`, 'conflict')

export const staleFault = ({ revisable }: SourceIR): Fault =>
  new Fault(`it revises an event older than ${durationText(revisable!)} (revisable)`, 'stale-revision')

export const forgottenFault = new Fault('it is older than what the log keeps, and what it may revise is forgotten', 'stale-revision')

export function lateCount({ time, arrival, length }: Block, allowed: number): number {
  let late = 0
  for (let row = 0; row < length; row++) if (arrival[row] - time[row] > allowed) late++
  return late
}
