/** Records that were read straight from bytes into the columns of their source: a number a column, in row after row. */
import type { SourceIR } from '../define/ir/ir.ts'

/** A text is where it begins, times this, and its bytes: of lines of 2^20 bytes in a stretch of 2^32. */
export const TEXT_SHIFT = 2 ** 21

/** Some of the records of a batch, by their index in it. */
export interface Cells {
  /** Whose columns they are. */
  readonly source: SourceIR
  /** Where texts stand, well-formed UTF-8. */
  readonly bytes: Uint8Array
  /** By record: 1 if it was read. The others have values, as all have in batches without cells. */
  readonly isRead: Uint8Array
  /** A row for each record: a physical value a column, NaN for NULL, a text by its place. */
  readonly values: Float64Array
  /** A record as a value after all, for who has other columns. */
  valueOf(index: number): unknown
}
