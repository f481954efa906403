/** Tables to write: columns of delivered values, in batches. */
import { type ColumnData, concatColumns, concatArrays, gatherColumn, gatherArray } from '../../columns/index.ts'
import type { ColumnType } from '../../define/ir/index.ts'

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

/** The given rows of a column, in that order, copied. */
export function selectOutputRows(column: OutputValues, rows: Uint32Array): OutputValues {
  const { width = 1, counts, nulls } = column
  if (!counts) return gatherColumn(column, rows)
  const values = new Float64Array(rows.length * width)
  rows.forEach((row, i) => values.set(column.values.subarray(row * width, row * width + width), i * width))
  return { values, width, counts: gatherArray(counts, rows), nulls: nulls && gatherArray(nulls, rows) }
}

/** Concatenates parts of one column; `lengths` are their row counts. */
export function concatOutputValues(parts: readonly OutputValues[], lengths: readonly number[]): OutputValues {
  if (parts.length === 0) return { values: new Float64Array(0) }
  const { width = 1, counts } = parts[0]
  const column = concatColumns(parts, lengths)
  return counts ? { ...column, width, counts: concatArrays(parts.map(part => part.counts!)) } : column
}
