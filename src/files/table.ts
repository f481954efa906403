/** A table on its way out: columns of values as a model is given them, in batches. */
import type { Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { ColumnType } from '../define/ir/ir.ts'

export interface OutputColumn {
  readonly name: string
  /** Numbers of every type are doubles as delivered; a bool is 0 or 1, a string an id, a timestamp UTC ms, a duration ms. */
  readonly type: ColumnType
  /** Each value is a list. */
  readonly list?: boolean
}

/** One value a row; for a list, row i has `counts[i]` of them from `i · width` on. */
export interface OutputValues extends Column {
  readonly width?: number
  readonly counts?: Uint16Array
}

export interface TableWriter {
  /** Writes `length` rows of the columns, in the order in which they were declared. Resolves when more may come. */
  write(length: number, columns: readonly OutputValues[]): Promise<void>
  /** Completes the file; resolves when it is whole. */
  close(): Promise<void>
  /** Gives up after an error: NDJSON keeps the rows written so far, of Parquet nothing remains. */
  discard(): Promise<void>
}

export type OpenTable = (path: string, columns: readonly OutputColumn[], strings: Strings) => Promise<TableWriter>
