/**
 * A queue of segments that wait for their decisions, in the order of the log.
 *
 * A segment is decided in the turn that appends it, from memory. During the many decisions of a tick, or after a start with undecided
 * entries, segments wait as stored bytes and are decoded when their turn comes. The log grows meanwhile, features never move past an
 * undecided entry, and memory holds bytes only.
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

/** The strings of a column. */
export type StringsOf = (source: string, column: string) => Strings

/**
 * The progress of recorded decisions: all on entries below `entry`, and the first `skip` decisions of the segment that begins there. The
 * third field counts these by model, since the models may change before the next start.
 */
export interface Progress {
  readonly entry: number
  readonly skip: number
  readonly made?: Made
}

/** A progress as the log stores it. */
export const progressText = ({ entry, skip, made: counts }: Progress): string =>
  skip === 0 ? decidedBefore(entry) : JSON.stringify([entry, skip, ...(counts ? [counts] : [])])

/** Parses a stored progress. */
export function progressOf(text: string | undefined): Progress {
  const [entry, skip, counts] = JSON.parse(text ?? '[0, 0]') as [number, number, Made?]
  return { entry, skip, ...(counts && { made: counts }) }
}

/** The decisions of one step, with their effects. */
export interface Decided {
  readonly decisions: readonly StoredDecisions[]
  /** Effects that follow from the decisions. */
  readonly effects: readonly NewEffect[]
  readonly progress: Progress
  /** Measurements, one for each decision batch. */
  readonly times: readonly StretchTimes[]
}

export interface DecidingOptions {
  readonly store: LogStore
  readonly log: Log
  readonly decider: Decider
  readonly writer: DecisionWriter
  /** Columns that features or models read: their texts are in `strings`. */
  readonly isLookedAt: (source: string, column: string) => boolean
  readonly strings: Strings
  /** Makes the effects of decisions; absent in an import of history, which triggers nothing. */
  readonly outbox?: Outbox | undefined
  /** Measures the freshness of decisions against objectives. */
  readonly freshness?: Freshness | undefined
  /** Decisions from here on are not recorded yet. The decider has applied everything before `entry`. */
  readonly from: Progress
}

/** A waiting segment that this process appended. */
interface WaitingSegment {
  readonly stored: StoredSegment
  readonly turnTimes: TakenAt | undefined
}

interface Current {
  readonly segment: Segment
  readonly decisions: Generator<LiveDecisions>
  readonly stringsOf: StringsOf
  readonly turnTimes: TakenAt | undefined
  /** Count of recorded decisions by model. */
  readonly recorded: Record<string, number>
}

/** The undecided segments of a run. */
export class Deciding {
  readonly #options: DecidingOptions
  /** Segments of this process, after those that the store had at the start. */
  readonly #waiting: WaitingSegment[] = []
  #waitingEntries = 0
  /** The next undecided entry of those that the store had at the start. */
  #next: number
  readonly #end: number
  /** Decisions of the first undecided segment that are recorded, by model. */
  #recordedCounts: Made
  #current: Current | undefined

  constructor(options: DecidingOptions) {
    this.#options = options
    this.#next = options.from.entry
    this.#end = options.log.end
    this.#recordedCounts = options.from.made ?? {}
  }

  /** Is every appended entry decided? */
  get isIdle(): boolean {
    return this.#current === undefined && this.#next >= this.#end && this.#waiting.length === 0
  }

  /** Waiting entries that this process appended. */
  get waiting(): number {
    return this.#waitingEntries
  }

  /** Decides on a segment that was just appended, if nothing waits and it has no markers. Otherwise the segment waits. */
  take({ segment, stored }: Appended, stringsOf: StringsOf, turnTimes?: TakenAt): Decided | undefined {
    if (!this.isIdle || segment.marks.length > 0) {
      this.#waiting.push({ stored, turnTimes })
      this.#waitingEntries += stored.entries
      return undefined
    }
    this.#options.freshness?.see(segment)
    return this.#encode(
      [...this.#options.decider.take(segment)],
      { stringsOf, turnTimes },
      { entry: stored.first + stored.entries, skip: 0 },
    )
  }

  /** Makes the next decisions of what waits: some thousands of a tick, or all of one segment of events. */
  step(): Decided | undefined {
    this.#current ??= this.#beginSegment()
    const current = this.#current
    if (!current) return undefined
    const { segment, recorded: counts } = current
    if (segment.marks.length === 0) return this.#decideSegment(current)
    const next = current.decisions.next()
    if (next.done) {
      this.#current = undefined
      return this.#encode([], current, { entry: segment.first + segment.length, skip: 0 })
    }
    const { name } = next.value.model
    counts[name] = (counts[name] ?? 0) + next.value.length
    const skip = Object.values(counts).reduce((sum, count) => sum + count, 0)
    const decided = this.#encode([next.value], current, { entry: segment.first, skip, made: { ...counts } })
    // The texts of a request are in no state, and their number is unbounded.
    if (next.value.stringsBefore !== undefined) this.#options.strings.forgetFrom(next.value.stringsBefore)
    return decided
  }

  /** All decisions of a segment of events, of all models: one commit, as in the turn that appended it. */
  #decideSegment(current: Current): Decided {
    const { segment, decisions } = current
    this.#current = undefined
    return this.#encode([...decisions], current, { entry: segment.first + segment.length, skip: 0 })
  }

  #beginSegment(): Current | undefined {
    const { log, decider, strings, isLookedAt } = this.#options
    const waiting = this.#nextWaiting()
    if (!waiting) return undefined
    const { stored, turnTimes } = waiting
    const transientStrings = new Strings()
    const stringsOf: StringsOf = (source, column) => (isLookedAt(source, column) ? strings : transientStrings)
    const segment = log.today(
      readSegment(stored.bytes, { columnsOf: log.schemas.columnsOf, stringsOf }, `segment ${stored.first} of the log`),
    )
    this.#options.freshness?.see(segment)
    const made = this.#recordedCounts
    this.#recordedCounts = {}
    return { segment, decisions: decider.take(segment, made), stringsOf, turnTimes, recorded: { ...made } }
  }

  #nextWaiting(): WaitingSegment | undefined {
    const stored = this.#next < this.#end ? this.#options.store.segmentAt(this.#next) : undefined
    if (stored) {
      this.#next = stored.first + stored.entries
      return { stored, turnTimes: undefined }
    }
    const waiting = this.#waiting.shift()
    if (waiting) this.#waitingEntries -= waiting.stored.entries
    return waiting
  }

  #encode(
    batches: readonly LiveDecisions[],
    { stringsOf, turnTimes }: Pick<Current, 'stringsOf' | 'turnTimes'>,
    progress: Progress,
  ): Decided {
    const { writer, outbox, strings, freshness } = this.#options
    const decisions: StoredDecisions[] = []
    const effects: NewEffect[] = []
    for (const made of batches) {
      const { decide } = made.model
      const source = decide.kind === 'on' ? decide.source : ''
      // The key of a tick is that of a group, so its texts are in the strings of the pipeline.
      const textsOf = (column: string) => (decide.kind === 'on' ? stringsOf(source, column) : strings)
      decisions.push(writer.write(made, textsOf))
      if (outbox) effects.push(...outbox.of(made, textsOf))
    }
    return {
      decisions,
      effects,
      progress,
      times: batches.map((batch): StretchTimes => ({ ...batch.made, taken: turnTimes, freshness: freshness?.of(batch) })),
    }
  }
}
