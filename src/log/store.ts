/**
 * The port behind the log: where commits become durable. One implementation is SQLite; another is a model with crashes at every step, for tests.
 *
 * Contract: commits become durable whole or not at all, in the order in which they were given: if one survives a crash, so do all before it.
 * A promise resolves only once its commit is durable. After one commit has failed, every later one fails with the same error and nothing more
 * is written, since what follows would stand on what is missing.
 */
import type { ColumnIR } from '../define/ir/ir.ts'
import type { EffectChange, NewEffect, StoredEffects } from './effects.ts'
import type { DeadLetter, LetterChange } from './letters.ts'

/** A segment as it is stored: entries [first, first + entries) of the total order. */
export interface StoredSegment {
  readonly first: number
  readonly entries: number
  /** What the entry after it is stamped at least, UTC ms: the greatest arrival, or the millisecond after its last tick. */
  readonly arrival: number
  readonly bytes: Uint8Array
}

/** A stretch of decisions of one model, in columns. */
export interface StoredDecisions {
  readonly model: string
  /** Sequence number of the entry that made the model decide: of the first decision and of the last. */
  readonly first: number
  readonly last: number
  readonly count: number
  readonly bytes: Uint8Array
  /** Of decisions that are given to the store: by action, how many it left undone to see what comes of them. Stands in the bytes, and nowhere else once they are stored. */
  readonly explored?: Readonly<Record<string, number>>
}

/** Stage times of stretches of decisions, measured beside them: samples, and no part of any decision. */
export interface StoredStages {
  /** Counts the blocks from 1. A block that is given again replaces what it was, since it has more. */
  readonly number: number
  /** The least and the greatest entry of its stretches. */
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
  readonly decisions?: readonly StoredDecisions[]
  /** What follows from the decisions. */
  readonly effects?: readonly NewEffect[]
  /** What became of effects of earlier commits. */
  readonly settled?: readonly EffectChange[]
  readonly stages?: StoredStages
  readonly dead?: readonly DeadLetter[]
  /** Changes to letters of earlier commits. */
  readonly letters?: readonly LetterChange[]
  readonly schemas?: readonly StoredSchema[]
  /** Takes away the segments before this entry, at which one begins, the decisions that were made on their entries alone, and the effects of those that are done. */
  readonly forget?: number
  /** Named values: where each source was read up to, how far decisions went. `null` takes one away. */
  readonly put?: readonly (readonly [name: string, value: string | null])[]
}

/** What is committed, to read: it grows while another process writes, and nothing in it changes. */
export interface StoredLog {
  readonly effects: StoredEffects
  /** The segment that holds the entry `sequence`, or the next one after it; what is committed when it is called. */
  segmentAt(sequence: number): StoredSegment | undefined
  /** The last segment committed. */
  lastSegment(): StoredSegment | undefined
  /** The stretches that may hold decisions on an entry; none where it was forgotten. */
  decisionsAt(entry: number): StoredDecisions[]
  schemas(): StoredSchema[]
  /** The number of the newest block of stage times; 0 if there is none. */
  lastStages(): number
  /** A named value. */
  get(name: string): string | undefined
  /** Names and values that begin with `prefix`, by name. */
  named(prefix: string): [name: string, value: string][]
  /** The bytes kept under a name beside the log; `undefined` if there are none. */
  readState(name: string): Uint8Array | undefined
}

/** Bytes that are being kept, a stretch at a time. One call waits for the last. */
export interface StateSink {
  /** Resolves when the bytes may be used for something else. */
  append(bytes: Uint8Array): Promise<void>
  /** Resolves when all of them are durable under their name. Nothing is there before. */
  finish(): Promise<void>
  /** Gives up what was not finished. */
  discard(): Promise<void>
}

export interface LogStore extends StoredLog {
  /** Resolves when the commit is durable. */
  commit(commit: Commit): Promise<void>
  /** Begins to keep bytes under a name of their own, beside the log: derived state, whose name is committed once it is finished. */
  createState(name: string): StateSink
  /** Takes away all bytes but those of these names. */
  keepStates(names: ReadonlySet<string>): void
  /** Waits for what was given, and lets go. */
  close(): Promise<void>
}
