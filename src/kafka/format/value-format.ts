/** The port of a format: the bytes of a topic's values become records of a source. */
import type { SourceIR } from '../../define/ir/index.ts'
import type { RecordBatch } from '../../intake/index.ts'
import type { BinaryCursor } from './binary-cursor.ts'
import type { CellTarget, SymbolBytes } from './cell-columns.ts'

/** Values of one partition in one buffer. Tombstones are not among them. */
export interface TopicValues {
  readonly bytes: Buffer
  /** First byte of each value, and the byte behind its last. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly offsets: readonly number[]
  /** Place of a record in words, by its offset. */
  placeOf(offset: number): string
  /** Names of the headers of a record. */
  headerNames(index: number): Iterable<string>
}

export interface ValueFormat {
  /** First byte of the JSON in a value that begins with a schema id, or 0 if no value has an id. Absent for values that are no JSON. */
  readonly jsonStart?: number
  /**
   * Decodes values. Those that cannot be decoded are rejected, each with its reason and place.
   *
   * Waits for a schema registry that cannot be reached, until the signal is aborted: then it throws the signal's reason. Throws
   * `SPILL_SOURCE` for a registry that cannot be used.
   */
  batchOf(values: TopicValues, signal: AbortSignal): Promise<RecordBatch>
  /** Ends requests to a registry. */
  close(): void
}

/** Decodes the value in `bytes[start, end)` as a record. Throws `MalformedValue`. */
export type DecodeValue = (bytes: Buffer, start: number, end: number) => unknown

/**
 * Decodes the value in `[start, end)` of the cursor's bytes into the cells of its row, which begin at `at`. Returns false, or throws
 * `MalformedValue`, if the record must take the general path; the cells are undefined then.
 */
export type DecodeCells = (cursor: BinaryCursor, start: number, end: number, target: CellTarget, at: number) => boolean

/** The source into whose cells schemas decode. */
export interface CellSource {
  readonly source: SourceIR
  /** Their bytes follow those of each batch. */
  readonly symbols: SymbolBytes
}

/** A schema that is ready to decode. */
export interface CompiledSchema {
  readonly decode: DecodeValue
  /** Absent if all of its records take the general path. */
  readonly decodeCells?: DecodeCells | undefined
}
