/** The side of a third party in the conformance suite of source readers: a place, and readers of it. */
import type { SourceReader } from '../../sources/reader/index.ts'

/** A place that the reader under test reads. */
export interface SourceReaderHarness {
  /** Makes a reader of the place, as a process does when it starts. */
  open(): SourceReader
  /** Writes a record for each number, in order, to the end of the place or of one of its partitions. */
  append(numbers: readonly number[], partition: string): void | Promise<void>
  /** The number of a record, as the reader gives it. */
  numberOf(record: never): number
  /** The partitions of the place; one without a name if absent. */
  readonly partitions?: readonly string[]
  /** The number of records that readers took from the place so far. Without it clause `pause` is skipped. */
  recordsTaken?(): number
  /** Takes a partition from the reader, as the coordinator of a group does. Without it clause `rebalance` is skipped. */
  revoke?(partition: string): void | Promise<void>
  /** Gives a partition to the reader again. */
  assign?(partition: string): void | Promise<void>
  /** Makes the place unreadable. Without it clause `failure` is skipped, and `close` is not checked after an error. */
  damage?(): void | Promise<void>
  /** Removes the place. */
  remove?(): void | Promise<void>
  /** The place can be read again from a position; default true. */
  readonly hasPositions?: boolean
  /** The reader can wait for more records; default true. */
  readonly canFollow?: boolean
  /** Milliseconds within which anything must happen; default 10,000. */
  readonly timeoutMs?: number
}

/** Makes a new place for each clause. */
export type SourceReaderSetUp = () => SourceReaderHarness | Promise<SourceReaderHarness>
