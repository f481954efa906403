import type { Block } from '../columns/block.ts'
import type { SourceIR } from '../define/ir/ir.ts'

const empty = new Float64Array(0)

/** An empty block with the columns of a source. */
export const noEvents = ({ columns }: SourceIR): Block => ({
  length: 0,
  time: empty,
  arrival: empty,
  position: empty,
  columns: Object.fromEntries(columns.map(({ name, type }) => [name, { values: type === 'string' ? new Int32Array(0) : empty }])),
})
