/**
 * The port of a source: a reader takes the records of one source of a pipeline from one place, such as a file, a table or a topic.
 *
 * The run pulls. It asks for the next batch while it has room, commits the position of a batch together with the batch's events, and
 * gives that position back at the next start. So a reader needs no storage, and a crash at any moment neither loses nor repeats a
 * record. `readerClauses` lists what a reader promises; `testSourceReader` of `spillway/testing` checks it.
 *
 * HTTP is no reader: its clients push, and each waits for the receipt of its own records. Routes submit to the run directly.
 */
import type { RecordBatch } from '../../intake/index.ts'

/**
 * Reads the records of one source from one place.
 *
 * @example
 * ```ts
 * const numbers: SourceReader = {
 *   name: 'numbers',
 *   async *read({ committedPosition, signal }) {
 *     for (let n = Number(committedPosition() ?? 0); n < 3 && !signal.aborted; n++)
 *       yield { records: [{ card: 'c1', amount: n, at: n }], position: String(n + 1) }
 *   },
 * }
 * ```
 */
export interface SourceReader {
  /** The place, without secrets: `kafka:payments`. Positions are stored under it, so it must be the same at each start. */
  readonly name: string
  /**
   * Reads from the committed position on. Called once. An error ends the source, so a reader waits by itself for a place that is away for
   * a time. `spillway run` ends with the first source that fails; under `spillway/run` and `spillway/embed` the other sources go on.
   *
   * @throws (while iterating) any error for a place that cannot be read, or whose records are gone. A `SpillwayError` keeps its code, such
   * as `SPILL_FILE`, `SPILL_FORMAT` and `SPILL_TRUNCATED` of files; any other error becomes `SPILL_SOURCE` with the name of the reader.
   */
  read(context: ReadContext): AsyncIterable<ReadBatch>
  /**
   * Describes where reading will start, for the operator: `payments.ndjson from line 12`. `position` is that of the only partition; a reader
   * of several asks for each.
   */
  describe?(position: string | undefined, committedPosition: (partition?: string) => string | undefined): string
  /**
   * Called when a position is durable, in order for each partition: a broker may forget the records before it. `partition` is `''` for a
   * reader with one partition.
   */
  onCommitted?(position: string, partition: string): void
  /**
   * Measures how much stands behind the committed positions, by partition; the partition is `''` for a reader with one. Called beside `read`
   * every 15 s (`LAG_SAMPLE_MS`), once at a time. A partition of which nothing is known is left out: its place is away, or has no end.
   *
   * @throws (by rejecting) any error; the lag is then unknown until the next time.
   */
  measureLag?(committedPosition: (partition?: string) => string | undefined): Promise<ReadonlyMap<string, ReaderLag>>
  /**
   * Releases connections and files. Called once, after reading has ended and its records are durable, or after an error. Its own error
   * ends the source; after an error of `read` it is a warning.
   */
  close?(): Promise<void>
}

/** The distance of a committed position from the end of its place. */
export interface ReaderLag {
  /** The committed position. Positions are compared, so a later one is greater. A number is linear, in the unit of the lag. */
  readonly position: number | bigint
  /** The position behind the last record that can be read now; at least `position`. */
  readonly end: number | bigint
  /** Amount of data between them, in `unit`. */
  readonly lag: number
  readonly unit: 'bytes' | 'rows' | 'records'
  /** The part of the lag that cannot be read yet, since an open transaction comes before it. Absent for a place without transactions. */
  readonly inTransaction?: number
  /** Lag that counts as caught up, for a place to which others write too. Default 0. */
  readonly allowedLag?: number
}

/** Records in the order in which they were read. */
export interface ReadBatch {
  /**
   * Objects as `JSON.parse` gives them, one a record. A `RecordBatch` also knows the raw text of each record, and the records that could
   * not be decoded. Without records the position alone is committed.
   */
  readonly records: readonly unknown[] | RecordBatch
  /**
   * Where reading resumes after these records, as the reader likes to write it: `'{"offset":4096}'`. Without a position the place cannot
   * be read again, like standard input, and each start reads anew.
   */
  readonly position?: string | undefined
  /** The partition of the records and the position. Absent for a reader with one partition. */
  readonly partition?: string
}

/** The side of the run, for a reader while it reads. Its functions may be destructured. */
export interface ReadContext {
  /** The position of a partition that was committed last; undefined if nothing was read yet. It moves while the run commits. */
  readonly committedPosition: (partition?: string) => string | undefined
  /**
   * Wait for more records at the end, until the signal. Otherwise reading ends after the last record. A place that cannot grow, such as
   * CSV, Parquet, gzip and standard input, ends in both cases.
   */
  readonly follow: boolean
  /** Aborted when the run wants no more records. */
  readonly signal: AbortSignal
  /**
   * Resolves when all batches that the run has taken are durable. A generator that continues after `yield` knows that its batch was
   * taken. Rejects with the error that ended the run.
   */
  readonly whenCommitted: () => Promise<void>
  /** Says that this reader reads these partitions from now on, besides those it has. A reader with one partition need not call it. */
  readonly assign: (partitions: readonly string[]) => void
  /** Says that this reader gives these partitions up. Resolves when their records are durable: a different reader may then go on. */
  readonly revoke: (partitions: readonly string[]) => Promise<void>
  /** Shows a message to the operator. */
  readonly warn: (message: string) => void
}

/** The promises of a reader, by clause. Errors with the code `SPILL_CONTRACT` name the clause that was broken. */
export const readerClauses = {
  name: 'a reader has a name, a text that never changes',
  batch: 'read() returns an async iterable of batches: { records, position, partition }',
  position: 'the position of a batch is a text, and records have a different position than the records before them',
  order: 'records come in the same order each time, and each of them once',
  resume: 'reading from the position of a batch gives the records after the batch, and no others',
  bounded: 'without follow, reading ends after the last record',
  follow: 'with follow, reading waits for more records until the signal; reading of a place that cannot grow ends',
  pause: 'a reader that is not asked for the next batch stops fetching once its buffer is full',
  abort: 'after the signal, reading ends within READER_STOP_MS (10 s) and without an error',
  assignment: 'a batch is of a partition that the reader has assigned and not revoked',
  rebalance: 'a partition that is assigned again is read from its committed position',
  committed: 'onCommitted() returns at once and throws nothing',
  lag: 'measureLag(), if there is one, is 0 once everything was read and committed, and grows with each record after that',
  close: 'close() ends within READER_STOP_MS (10 s) and without an error, also after reading has failed',
  failure: 'a place that cannot be read is an error that names it; a batch that is incomplete is not given',
} as const

/** A clause of the contract of readers. */
export type ReaderClause = keyof typeof readerClauses

/** The partition of a reader that has only one. */
export const ONLY_PARTITION = ''
