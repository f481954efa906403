/** Selects and orders the rows of a block by their numbers: one pass per column. */
import type { Block, ColumnData } from './block.ts'
import { sourcePositions } from './builder.ts'

/** The rows `rows` in that order, with new offsets from 0 in partition 0. */
export function gatherBlock(block: Block, rows: Uint32Array): Block {
  return {
    length: rows.length,
    time: gatherArray(block.time, rows),
    arrival: gatherArray(block.arrival, rows),
    sourcePosition: sourcePositions(rows.length),
    columns: Object.fromEntries(Object.entries(block.columns).map(([name, column]) => [name, gatherColumn(column, rows)])),
  }
}

/** The rows `rows` of a column. */
export function gatherColumn(column: ColumnData, rows: Uint32Array): ColumnData {
  return { values: gatherArray(column.values, rows), nulls: column.nulls && gatherArray(column.nulls, rows) }
}

/** `values[rows[i]]` for each i. */
export function gatherArray<A extends Float64Array | Int32Array | Uint16Array | Uint8Array>(values: A, rows: Uint32Array): A {
  const result = new (values.constructor as new (length: number) => A)(rows.length)
  // The two most frequent kinds of arrays have loops of their own: a loop that meets all kinds is slow for each of them.
  if (values instanceof Float64Array) pickDoubles(result as Float64Array, values, rows)
  else if (values instanceof Uint8Array) pickBytes(result as Uint8Array, values, rows)
  else for (let i = 0; i < rows.length; i++) result[i] = values[rows[i]]!
  return result
}

function pickDoubles(into: Float64Array, values: Float64Array, rows: Uint32Array): void {
  for (let i = 0; i < rows.length; i++) into[i] = values[rows[i]]!
}

function pickBytes(into: Uint8Array, values: Uint8Array, rows: Uint32Array): void {
  for (let i = 0; i < rows.length; i++) into[i] = values[rows[i]]!
}
