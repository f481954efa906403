/** Selects and concatenates rows of table columns, including columns with several values a row. */
import { concatColumns, concatArrays, gatherColumn, gatherArray } from '../columns/index.ts'
import type { OutputValues } from './table-writer.ts'

/** The given rows, in that order, copied. */
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
