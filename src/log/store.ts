/**
 * The storage port of the log: makes commits durable. Implementations are SQLite and, for tests, a model that crashes at any step.
 *
 * Contract: a commit becomes durable whole or not at all. Commits are ordered: if a commit survives a crash, so do all commits before it. A
 * promise resolves once its commit is durable. After a failed commit every later commit fails with the same error and nothing is written,
 * since it would depend on missing entries.
 */
import type { ColumnIR } from '../define/ir/ir.ts'
import type { EffectChange, NewEffect, EffectQueries } from './effects.ts'
import type { DeadLetter, DeadLetterChange } from './dead-letters.ts'

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

export interface StoredSchema {
  readonly source: string
  readonly version: number
  readonly columns: readonly ColumnIR[]
}

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
  /** Named values, such as source positions and decision progress; `null` deletes a value. */
  readonly put?: readonly (readonly [name: string, value: string | null])[]
}

/** Committed data, for reading. It grows while another process writes; nothing in it changes. */
export interface StoredLog {
  readonly effects: EffectQueries
  /** The committed segment that holds entry `sequence`, or the first segment after it. */
  segmentAt(sequence: number): StoredSegment | undefined
  /** The last committed segment. */
  lastSegment(): StoredSegment | undefined
  /** The decision batches that may hold decisions on an entry; none if it was removed. */
  decisionsAt(entry: number): StoredDecisionBatch[]
  schemas(): StoredSchema[]
  /** Number of the newest block of stage times; 0 if there is none. */
  lastStageBlock(): number
  /** The value of this name. */
  get(name: string): string | undefined
  /** All named values whose names begin with `prefix`, sorted by name. */
  named(prefix: string): [name: string, value: string][]
  /** The state saved under a name beside the log; `undefined` if there is none. */
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

export interface LogStore extends StoredLog {
  /** Resolves when the commit is durable. */
  commit(commit: Commit): Promise<void>
  /** Starts saving a named state beside the log: derived data, whose name is committed once it is finished. */
  createState(name: string): StateSink
  /** Deletes all saved states but those with these names. */
  retainStates(names: ReadonlySet<string>): void
  /** Waits for all pending writes, then releases the store. */
  close(): Promise<void>
}
