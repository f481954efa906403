/** Ranges of columns and blocks, without a copy. */
import type { Block, ColumnData } from './block.ts'

/** Rows [from, to) of a column. */
export function sliceColumn(column: ColumnData, from: number, to: number): ColumnData {
  const { values, nulls } = column
  if (from === 0 && to === values.length) return column
  return { values: values.subarray(from, to), nulls: nulls?.subarray(from, to) }
}

/** Numbers [from, to). The full range is the array itself: a view costs more than the few numbers of a turn of one event. */
export function sliceNumbers<A extends Float64Array | Int32Array>(numbers: A, from: number, to: number): A {
  return from === 0 && to === numbers.length ? numbers : (numbers.subarray(from, to) as A)
}

/** Events [from, to) of a block. */
export function sliceBlock(block: Block, from: number, to: number): Block {
  if (from === 0 && to === block.length) return block
  return {
    length: to - from,
    time: block.time.subarray(from, to),
    arrival: block.arrival.subarray(from, to),
    sourcePosition: block.sourcePosition.subarray(from, to),
    columns: Object.fromEntries(Object.entries(block.columns).map(([name, column]) => [name, sliceColumn(column, from, to)])),
  }
}
