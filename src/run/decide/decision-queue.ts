/**
 * Decisions in the order of the log, whether they keep up with it or not.
 *
 * A segment that was appended is decided in the same turn, with what is in memory. While a tick's many decisions are being made, or after a start
 * over a log whose decisions are not all recorded, segments wait as they were stored and are read again when it is their turn: the log goes on,
 * the features do not move past what is undecided, and memory holds bytes.
 */
import { Strings } from '../../columns/strings.ts'
import { decidedBefore } from '../../log/decided.ts'
import type { Appended, Log } from '../../log/log.ts'
import { readSegment, type Segment } from '../../log/segment.ts'
import type { LogStore, StoredDecisions, StoredSegment } from '../../log/store.ts'
import type { NewEffect } from '../../log/effects.ts'
import type { Decider, Made } from './decider.ts'
import type { DecisionWriter } from './decision-codec.ts'
import type { Freshness } from './freshness.ts'
import type { LiveDecisions } from './live-model.ts'
import type { Outbox } from './outbox.ts'
import type { StretchTimes, TakenAt } from './stage-times.ts'

/** Where the texts of a column have their ids. */
export type StringsOf = (source: string, column: string) => Strings

/**
 * How far decisions are recorded: all of the entries below `entry`, and the first `skip` of those that the segment makes which begins there. `made` counts these
 * by model, since the pipeline that goes on may have other models.
 */
export interface Progress {
  readonly entry: number
  readonly skip: number
  readonly made?: Made
}

export const progressText = ({ entry, skip, made }: Progress): string =>
  skip === 0 ? decidedBefore(entry) : JSON.stringify([entry, skip, ...(made ? [made] : [])])

export function progressOf(text: string | undefined): Progress {
  const [entry, skip, made] = JSON.parse(text ?? '[0, 0]') as [number, number, Made?]
  return { entry, skip, ...(made && { made }) }
}

export interface Decided {
  readonly decisions: readonly StoredDecisions[]
  /** What follows from them. */
  readonly effects: readonly NewEffect[]
  readonly progress: Progress
  /** Measured beside them, one a stretch. */
  readonly times: readonly StretchTimes[]
}

export interface DecidingOptions {
  readonly store: LogStore
  readonly log: Log
  readonly decider: Decider
  readonly writer: DecisionWriter
  /** Columns whose texts are in the pipeline's strings. */
  readonly isLookedAt: (source: string, column: string) => boolean
  readonly strings: Strings
  /** Makes what follows from decisions; none for who imports history, from which nothing follows any more. */
  readonly outbox?: Outbox | undefined
  /** Measures decisions by freshness objectives, if anything shall. */
  readonly freshness?: Freshness | undefined
  /** From here on nothing is recorded; the decider has taken everything before `entry`. */
  readonly from: Progress
}

/** A segment of this process that waits. */
interface Waiting {
  readonly stored: StoredSegment
  readonly taken: TakenAt | undefined
}

interface Current {
  readonly segment: Segment
  readonly decisions: Generator<LiveDecisions>
  readonly stringsOf: StringsOf
  readonly taken: TakenAt | undefined
  /** Decisions that are recorded, by model. */
  readonly made: Record<string, number>
}

export class Deciding {
  readonly #options: DecidingOptions
  /** Segments of this process that wait, behind those that the store had at the start. */
  readonly #waiting: Waiting[] = []
  #waitingEntries = 0
  /** The next entry that the store had at the start and that is undecided. */
  #next: number
  readonly #end: number
  /** Of the first segment that is to be decided. */
  #made: Made
  #current: Current | undefined

  constructor(options: DecidingOptions) {
    this.#options = options
    this.#next = options.from.entry
    this.#end = options.log.end
    this.#made = options.from.made ?? {}
  }

  /** Is everything decided that was appended? */
  get isIdle(): boolean {
    return this.#current === undefined && this.#next >= this.#end && this.#waiting.length === 0
  }

  /** Entries of this process that wait. */
  get waiting(): number {
    return this.#waitingEntries
  }

  /** Decides on what was appended just now, if nothing waits and it is decided in one go; otherwise it waits. */
  take({ segment, stored }: Appended, stringsOf: StringsOf, taken?: TakenAt): Decided | undefined {
    if (!this.isIdle || segment.marks.length > 0) {
      this.#waiting.push({ stored, taken })
      this.#waitingEntries += stored.entries
      return undefined
    }
    this.#options.freshness?.see(segment)
    return this.#written([...this.#options.decider.take(segment)], { stringsOf, taken }, { entry: stored.first + stored.entries, skip: 0 })
  }

  /** The next stretch of decisions of what waits: of a tick some thousands, otherwise of one segment. */
  step(): Decided | undefined {
    this.#current ??= this.#begin()
    const current = this.#current
    if (!current) return undefined
    const { segment, made } = current
    if (segment.marks.length === 0) return this.#whole(current)
    const next = current.decisions.next()
    if (next.done) {
      this.#current = undefined
      return this.#written([], current, { entry: segment.first + segment.length, skip: 0 })
    }
    const { name } = next.value.model
    made[name] = (made[name] ?? 0) + next.value.length
    const skip = Object.values(made).reduce((sum, count) => sum + count, 0)
    const decided = this.#written([next.value], current, { entry: segment.first, skip, made: { ...made } })
    // No state has the texts of a request, and there may be any number of them.
    if (next.value.stringsBefore !== undefined) this.#options.strings.forgetFrom(next.value.stringsBefore)
    return decided
  }

  /** All decisions that a segment of events makes, of all models: one commit, as in the turn that appended it. */
  #whole(current: Current): Decided {
    const { segment, decisions } = current
    this.#current = undefined
    return this.#written([...decisions], current, { entry: segment.first + segment.length, skip: 0 })
  }

  #begin(): Current | undefined {
    const { log, decider, strings, isLookedAt } = this.#options
    const waiting = this.#nextWaiting()
    if (!waiting) return undefined
    const { stored, taken } = waiting
    const passing = new Strings()
    const stringsOf: StringsOf = (source, column) => (isLookedAt(source, column) ? strings : passing)
    const segment = log.today(
      readSegment(stored.bytes, { columnsOf: log.schemas.columnsOf, stringsOf }, `segment ${stored.first} of the log`),
    )
    this.#options.freshness?.see(segment)
    const made = this.#made
    this.#made = {}
    return { segment, decisions: decider.take(segment, made), stringsOf, taken, made: { ...made } }
  }

  #nextWaiting(): { readonly stored: StoredSegment; readonly taken: TakenAt | undefined } | undefined {
    const stored = this.#next < this.#end ? this.#options.store.segmentAt(this.#next) : undefined
    if (stored) {
      this.#next = stored.first + stored.entries
      return { stored, taken: undefined }
    }
    const waiting = this.#waiting.shift()
    if (waiting) this.#waitingEntries -= waiting.stored.entries
    return waiting
  }

  #written(all: readonly LiveDecisions[], { stringsOf, taken }: Pick<Current, 'stringsOf' | 'taken'>, progress: Progress): Decided {
    const { writer, outbox, strings, freshness } = this.#options
    const decisions: StoredDecisions[] = []
    const effects: NewEffect[] = []
    for (const made of all) {
      const { decide } = made.model
      const source = decide.kind === 'on' ? decide.source : ''
      // The key of a tick is that of a group, whose texts are the pipeline's.
      const textsOf = (column: string) => (decide.kind === 'on' ? stringsOf(source, column) : strings)
      decisions.push(writer.write(made, textsOf))
      if (outbox) effects.push(...outbox.of(made, textsOf))
    }
    return { decisions, effects, progress, times: all.map(one => ({ ...one.made, taken, freshness: freshness?.of(one) })) }
  }
}
