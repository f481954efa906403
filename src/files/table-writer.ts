/** Interface of table writers: columns of delivered values, in batches. */
import type { ColumnData, Strings } from '../columns/index.ts'
import type { ColumnType } from '../define/ir/index.ts'

/** A column of a table. */
export interface OutputColumn {
  readonly name: string
  /** Numbers of every type are doubles as delivered; a bool is 0 or 1, a string an id, a timestamp UTC ms, a duration ms. */
  readonly type: ColumnType
  /** True if each value is a list. */
  readonly list?: boolean
}

/** One value a row. For lists, row i has `counts[i]` items from `i · width` on. */
export interface OutputValues extends ColumnData {
  readonly width?: number
  readonly counts?: Uint16Array
}

export interface TableWriter {
  /** Writes `length` rows of the columns, in the declared order. Await it before the next call. */
  write(length: number, columns: readonly OutputValues[]): Promise<void>
  /** Completes the file; resolves when it is whole. */
  close(): Promise<void>
  /** Aborts after an error: NDJSON keeps the rows so far, Parquet leaves nothing. */
  discard(): Promise<void>
}

export type OpenTable = (path: string, columns: readonly OutputColumn[], strings: Strings) => Promise<TableWriter>
