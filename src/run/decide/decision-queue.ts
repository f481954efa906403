/**
 * A queue of segments that wait for their decisions, in the order of the log.
 *
 * A segment is decided in the turn that appends it, from memory. During the many decisions of a tick, or after a start with undecided
 * entries, segments wait as stored bytes and are decoded when their turn comes. The log grows meanwhile, features never move past an
 * undecided entry, and memory holds bytes only.
 */
import { sumBy } from '../../base/index.ts'
import { Strings } from '../../columns/index.ts'
import {
  decisionProgressText,
  type AppendResult,
  type DecisionLog,
  type Log,
  type Segment,
  type SegmentLog,
  type StoredDecisionBatch,
  type StoredSegment,
  type NewEffect,
} from '../../log/index.ts'
import type { Decider } from './decider.ts'
import { decodeDecisions, type DecisionWriter } from './decision-codec.ts'
import type { FreshnessTracker } from './freshness.ts'
import type { LiveDecisions } from './live-model.ts'
import type { RecordedOnMarkers } from './marker-handler.ts'
import type { Outbox } from './outbox.ts'
import type { BatchTimes, TurnTimes } from './stage-times.ts'
import { type TraceContexts, withTraceContexts } from './trace-contexts.ts'

/** The strings of a column. */
export type StringsOf = (source: string, column: string) => Strings

/** Number of decisions of a segment of markers that are recorded, by model. */
export type DecisionCounts = Readonly<Record<string, number>>

/**
 * The progress of recorded decisions: all on entries below `entry`, and the first `skip` decisions of the segment that begins there. The
 * third field counts these by model, since the models may change before the next start.
 */
export interface DecisionProgress {
  readonly entry: number
  readonly skip: number
  readonly counts?: DecisionCounts
}

/** A progress as the log stores it. */
export const progressText = ({ entry, skip, counts }: DecisionProgress): string =>
  skip === 0 ? decisionProgressText(entry) : JSON.stringify([entry, skip, ...(counts ? [counts] : [])])

/** Parses a stored progress. */
export function parseProgress(text: string | undefined): DecisionProgress {
  const [entry, skip, counts] = JSON.parse(text ?? '[0, 0]') as [number, number, DecisionCounts?]
  return { entry, skip, ...(counts && { counts }) }
}

/** The decisions of one step, with their effects. */
export interface DecisionStep {
  readonly decisions: readonly StoredDecisionBatch[]
  /** Effects that follow from the decisions. */
  readonly effects: readonly NewEffect[]
  readonly progress: DecisionProgress
  /** Cost of the step, for the quota of a turn: its entries, or the decisions on a marker (a tick is one entry with many); at least 1. */
  readonly work: number
  /** Measurements, one for each decision batch. */
  readonly times: readonly BatchTimes[]
}

export interface DecisionQueueOptions {
  readonly store: SegmentLog & DecisionLog
  readonly log: Log
  readonly decider: Decider
  readonly writer: DecisionWriter
  /** Columns that features or models read: their texts are in `strings`. */
  readonly isRead: (source: string, column: string) => boolean
  readonly strings: Strings
  /** Makes the effects of decisions; absent in an import of history, which triggers nothing. */
  readonly outbox?: Outbox | undefined
  /** Measures the freshness of decisions against objectives. */
  readonly freshness?: FreshnessTracker | undefined
  /** Trace contexts of entries that wait for their decisions. */
  readonly traces?: TraceContexts | undefined
  /** Decisions from here on are not recorded yet. The decider has applied everything before `entry`. */
  readonly from: DecisionProgress
}

/** A waiting segment that this process appended. */
interface WaitingSegment {
  readonly stored: StoredSegment
  readonly turnTimes: TurnTimes | undefined
}

interface Current {
  readonly segment: Segment
  readonly decisions: Generator<LiveDecisions>
  readonly stringsOf: StringsOf
  readonly turnTimes: TurnTimes | undefined
  /** Count of recorded decisions by model. */
  readonly recorded: Record<string, number>
}

export class DecisionQueue {
  readonly #options: DecisionQueueOptions
  /** Segments of this process, after those that the store had at the start. */
  readonly #waiting: WaitingSegment[] = []
  #waitingEntries = 0
  /** The next undecided entry of those that the store had at the start. */
  #next: number
  readonly #end: number
  /** Decisions of the first undecided segment that are recorded, by model. */
  #recordedCounts: DecisionCounts
  #current: Current | undefined

  constructor(options: DecisionQueueOptions) {
    this.#options = options
    this.#next = options.from.entry
    this.#end = options.log.end
    this.#recordedCounts = options.from.counts ?? {}
  }

  /** Is every appended entry decided? */
  get isIdle(): boolean {
    return this.#current === undefined && this.#next >= this.#end && this.#waiting.length === 0
  }

  /** Waiting entries that this process appended. */
  get waitingEntries(): number {
    return this.#waitingEntries
  }

  /** Queues a segment that was just appended. */
  wait(stored: StoredSegment, turnTimes?: TurnTimes): void {
    this.#waiting.push({ stored, turnTimes })
    this.#waitingEntries += stored.entries
  }

  /** Decides on a segment that was just appended, if nothing waits and it has no markers. Otherwise the segment waits. */
  decide({ segment, stored }: AppendResult, stringsOf: StringsOf, turnTimes?: TurnTimes): DecisionStep | undefined {
    if (!this.isIdle || segment.markers.length > 0) {
      this.wait(stored, turnTimes)
      return undefined
    }
    this.#options.freshness?.observe(segment)
    return this.#encode(
      [...this.#options.decider.decide(segment)],
      { stringsOf, turnTimes },
      { entry: stored.first + stored.entries, skip: 0 },
      stored.entries,
    )
  }

  /** Makes the next decisions of what waits: some thousands of a tick, or all of one segment of events. */
  decideNext(): DecisionStep | undefined {
    this.#current ??= this.#beginSegment()
    const current = this.#current
    if (!current) return undefined
    const { segment, recorded: counts } = current
    if (segment.markers.length === 0) return this.#decideSegment(current)
    const next = current.decisions.next()
    if (next.done) {
      this.#current = undefined
      return this.#encode([], current, { entry: segment.first + segment.length, skip: 0 }, 1)
    }
    const { name } = next.value.model
    counts[name] = (counts[name] ?? 0) + next.value.length
    const skip = sumBy(Object.values(counts), count => count)
    const step = this.#encode([next.value], current, { entry: segment.first, skip, counts: { ...counts } }, next.value.length)
    // The texts of a request are in no state, and their number is unbounded.
    if (next.value.stringsBefore !== undefined) this.#options.strings.forgetFrom(next.value.stringsBefore)
    return step
  }

  /** All decisions of a segment of events, of all models: one commit, as in the turn that appended it. */
  #decideSegment(current: Current): DecisionStep {
    const { segment, decisions } = current
    this.#current = undefined
    return this.#encode([...decisions], current, { entry: segment.first + segment.length, skip: 0 }, segment.length)
  }

  #beginSegment(): Current | undefined {
    const { store, log, decider, strings, isRead } = this.#options
    const waiting = this.#nextWaiting()
    if (!waiting) return undefined
    const { stored, turnTimes } = waiting
    const transientStrings = new Strings()
    const stringsOf: StringsOf = (source, column) => (isRead(source, column) ? strings : transientStrings)
    const segment = log.decode(stored, { stringsOf })
    this.#options.freshness?.observe(segment)
    const counts = this.#recordedCounts
    this.#recordedCounts = {}
    const decisions = decider.decide(segment, lastRecorded(store, segment.first, Object.keys(counts)))
    return { segment, decisions, stringsOf, turnTimes, recorded: { ...counts } }
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
    progress: DecisionProgress,
    work: number,
  ): DecisionStep {
    const { writer, outbox, strings, freshness, traces } = this.#options
    const decisions: StoredDecisionBatch[] = []
    const effects: NewEffect[] = []
    const times: BatchTimes[] = []
    for (const batch of batches) {
      const { decide } = batch.model
      const source = decide.kind === 'on' ? decide.source : ''
      // The key of a tick is that of a group, so its texts are in the strings of the pipeline.
      const textsOf = (column: string) => (decide.kind === 'on' ? stringsOf(source, column) : strings)
      decisions.push(writer.write(batch, textsOf))
      const contexts = traces?.of(batch)
      if (outbox) effects.push(...withTraceContexts(outbox.effectsOf(batch, textsOf), contexts))
      times.push({ ...batch.times, turn: turnTimes, freshness: freshness?.measure(batch), ...(contexts && { traces: contexts }) })
    }
    traces?.dropBefore(progress.entry)
    return {
      decisions,
      effects,
      progress,
      work,
      times,
    }
  }
}

/** The last recorded decision of each of these models on an entry from `first` on. */
function lastRecorded(store: DecisionLog, first: number, models: readonly string[]): ReadonlyMap<string, RecordedOnMarkers> {
  const lastBatches = models.map(model => [model, Array.from(store.decisionsFrom(model, first)).at(-1)] as const)
  return new Map(lastBatches.flatMap(([model, batch]) => (batch ? [[model, lastDecisionIn(batch)] as const] : [])))
}

function lastDecisionIn({ bytes }: StoredDecisionBatch): RecordedOnMarkers {
  const { length, entry, keys, key, strings } = decodeDecisions(bytes)
  const last = length - 1
  const value = keys.values[last]
  return { entry: entry[last], key: key.type === 'string' ? strings.textOf(value) : value }
}
