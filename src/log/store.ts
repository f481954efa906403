/**
 * The storage port of the log, in small parts by what they store: segments, decisions, effects, dead letters, stage times, named values,
 * saved states. A function declares the parts that it reads; a store implements all of them (`LogStore`).
 *
 * The parts share one `commit`. Atomicity is the contract: a segment, the decisions on it, their effects and the positions up to which
 * sources were read become durable together or not at all. A crash between two of them would lose an effect, or decide an event twice.
 *
 * A commit becomes durable whole or not at all. Commits are ordered: if a commit survives a crash, so do all commits before it. A promise
 * resolves once its commit is durable. After a failed commit every later commit fails with the same error and nothing is written, since it
 * would depend on missing entries. `testLogStore` of `spillway/testing` checks a store against this contract, clause by clause.
 */
import type { ColumnIR } from '../define/ir/index.ts'
import type { DeadLetter, DeadLetterChange, DeadLetterLog } from './dead-letters.ts'
import type { EffectChange, EffectLog, NewEffect } from './effects.ts'

/** An encoded segment: entries [first, first + entries) of the total order. */
export interface StoredSegment {
  readonly first: number
  readonly entries: number
  /** Least timestamp of the entry after it, UTC ms: the greatest arrival, or the millisecond after its last tick. */
  readonly arrival: number
  readonly bytes: Uint8Array
}

/** A decision batch: consecutive decisions of one model, in columns. */
export interface StoredDecisionBatch {
  readonly model: string
  /** Sequence numbers of the entries that triggered the first and the last decision. */
  readonly first: number
  readonly last: number
  readonly count: number
  readonly bytes: Uint8Array
  /**
   * Number of decisions left out for exploration, by action. Set only on the way to the store: once stored, the counts are in `bytes`
   * alone.
   */
  readonly explorationCounts?: Readonly<Record<string, number>>
}

/** Stage times of decision batches: sampled measurements, stored beside the decisions. */
export interface StoredStageTimes {
  /** Numbers the blocks from 1. A block written again replaces the shorter one. */
  readonly number: number
  /** Least and greatest entry of its decision batches. */
  readonly first: number
  readonly last: number
  readonly bytes: Uint8Array
}

/** Columns of a source in one version; segments name the version of their rows. */
export interface StoredSchema {
  readonly source: string
  readonly version: number
  readonly columns: readonly ColumnIR[]
}

/** A named value to write; `null` deletes the value. */
export type NamedWrite = readonly [name: string, value: string | null]

/** One atomic write to all parts of the store. */
export interface Commit {
  readonly segment?: StoredSegment
  readonly decisions?: readonly StoredDecisionBatch[]
  /** Effects of the decisions. */
  readonly effects?: readonly NewEffect[]
  /** State changes of effects of earlier commits. */
  readonly effectChanges?: readonly EffectChange[]
  readonly stages?: StoredStageTimes
  readonly deadLetters?: readonly DeadLetter[]
  /** Changes of dead letters of earlier commits. */
  readonly deadLetterChanges?: readonly DeadLetterChange[]
  readonly schemas?: readonly StoredSchema[]
  /**
   * Removes everything before this entry, which must begin a segment: the segments, the decisions on them alone, and their finished
   * effects.
   */
  readonly forget?: number
  /** Named values, such as reader positions and decision progress. */
  readonly put?: readonly NamedWrite[]
}

/** Committed events: segments of the total order, and the columns of their sources. */
export interface SegmentLog {
  /** The committed segment that holds entry `sequence`, or the first segment after it. */
  segmentAt(sequence: number): StoredSegment | undefined
  /** The last committed segment. */
  lastSegment(): StoredSegment | undefined
  /** Columns of each source in each version, sorted by source and version. */
  schemas(): StoredSchema[]
}

/** Recorded decisions. */
export interface DecisionLog {
  /** The decision batches that may hold decisions on an entry; none if it was removed. */
  decisionsAt(entry: number): StoredDecisionBatch[]
  /** Decision batches of a model that begin at this entry or later, in order. */
  decisionsFrom(model: string, entry: number): Iterable<StoredDecisionBatch>
}

/** Stage times of decisions: measurements. A store may remove old blocks. */
export interface StageTimes {
  /** Number of the newest block; 0 if there is none. */
  lastStageBlock(): number
  /** Blocks that may include decisions on an entry. */
  stagesAt(entry: number): StoredStageTimes[]
  /** Blocks, newest first. */
  newestStages(): Iterable<StoredStageTimes>
}

/** Named values: reader positions, decision progress, ledgers of jobs, the model registry. */
export interface NamedValues {
  /** The value of this name. */
  get(name: string): string | undefined
  /** All named values whose names begin with `prefix`, sorted by name. */
  named(prefix: string): [name: string, value: string][]
}

/** The value of a name, parsed as JSON; `undefined` if there is none. */
export function namedJson<T>(values: Pick<NamedValues, 'get'>, name: string): T | undefined {
  const text = values.get(name)
  return text === undefined ? undefined : (JSON.parse(text) as T)
}

/** Saved states: derived data beside the log, such as snapshots of feature state. A lost state costs time only. */
export interface SavedStates {
  /** The state saved under a name; `undefined` if there is none. */
  readState(name: string): Uint8Array | undefined
}

/** Writer of one saved state, in pieces. Await each call before the next. */
export interface StateSink {
  /** Resolves when the buffer may be reused. */
  append(bytes: Uint8Array): Promise<void>
  /** Resolves when the state is durable under its name. Until then nothing has that name. */
  finish(): Promise<void>
  /** Abandons an unfinished state. */
  discard(): Promise<void>
}

/** Writes saved states. They are not part of a commit: the name of a finished state is committed as a named value. */
export interface SavedStateWriter {
  /** Starts saving a state under a name. */
  createState(name: string): StateSink
  /** Deletes all saved states but those with these names. */
  retainStates(names: ReadonlySet<string>): void
}

/** Makes commits durable. */
export interface CommitWriter {
  /**
   * Resolves when the commit is durable. Commits may be in flight together; they resolve in the order of the calls.
   *
   * @throws `SPILL_STORE` (rejects) if it cannot be written, after an earlier commit failed, and once the store is closed.
   */
  commit(commit: Commit): Promise<void>
}

/** Everything committed, for reading. It grows while another process writes; segments and decisions in it do not change. */
export interface StoredLog extends SegmentLog, DecisionLog, StageTimes, NamedValues, SavedStates {
  readonly effects: EffectLog
  readonly deadLetters: DeadLetterLog
}

/**
 * The store of a run: all parts, for reading and writing.
 *
 * @example
 * await store.commit({ put: [['cursor/payments', '17']] })
 * store.get('cursor/payments') // '17'
 */
export interface LogStore extends StoredLog, CommitWriter, SavedStateWriter {
  /** Waits for all pending writes, then releases the store. */
  close(): Promise<void>
}
