/** Concatenates blocks, columns and arrays into new memory. */
import type { Block, ColumnData } from './block.ts'

/** Concatenates blocks with the same columns. */
export function concatBlocks(blocks: readonly Block[]): Block {
  const names = Object.keys(blocks[0].columns)
  return {
    length: blocks.reduce((sum, block) => sum + block.length, 0),
    time: concatArrays(blocks.map(block => block.time)),
    arrival: concatArrays(blocks.map(block => block.arrival)),
    sourcePosition: concatArrays(blocks.map(block => block.sourcePosition)),
    columns: Object.fromEntries(
      names.map(name => {
        const columns = blocks.map(block => block.columns[name])
        return [
          name,
          concatColumns(
            columns,
            blocks.map(block => block.length),
          ),
        ]
      }),
    ),
  }
}

/** Concatenates columns of one type; `lengths` are their numbers of rows. */
export function concatColumns(columns: readonly ColumnData[], lengths: readonly number[]): ColumnData {
  const values = concatArrays(columns.map(column => column.values))
  if (columns.every(column => column.nulls === undefined)) return { values }
  const nulls = concatArrays(columns.map((column, i) => column.nulls ?? new Uint8Array(lengths[i])))
  return { values, nulls }
}

/** Concatenates arrays of one kind. */
export function concatArrays<A extends Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array>(arrays: readonly A[]): A {
  const length = arrays.reduce((sum, array) => sum + array.length, 0)
  const all = new (arrays[0].constructor as new (length: number) => A)(length)
  let at = 0
  for (const array of arrays) {
    all.set(array, at)
    at += array.length
  }
  return all
}
