/** Parts of columns and blocks, without a copy. */
import type { Block, Column } from './block.ts'

/** Rows [from, to) of a column. */
export function columnSlice({ values, nulls }: Column, from: number, to: number): Column {
  return { values: values.subarray(from, to), nulls: nulls?.subarray(from, to) }
}

/** Events [from, to) of a block. */
export function blockSlice(block: Block, from: number, to: number): Block {
  if (from === 0 && to === block.length) return block
  return {
    length: to - from,
    time: block.time.subarray(from, to),
    arrival: block.arrival.subarray(from, to),
    position: block.position.subarray(from, to),
    columns: Object.fromEntries(Object.entries(block.columns).map(([name, column]) => [name, columnSlice(column, from, to)])),
  }
}
