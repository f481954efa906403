/**
 * Operations on feature columns: slices, selections, sizes, copies in shared memory.
 *
 * Threads pass columns in shared memory without a copy, and the garbage collector does not count them: columns of a hundred megabytes would
 * otherwise cause a collection after every half of them.
 */
import { gatherArray, sharedArray } from '../columns/index.ts'
import type { FeatureColumn } from './partial/kernel-partial.ts'

type CellArray = Float64Array | Uint8Array | Uint16Array

/** A column whose arrays are made from those of another. `change` gets each array, and the number of its elements per row. */
function mapArrays(
  { values, nulls, rejected, width, counts, low }: FeatureColumn,
  change: <A extends CellArray>(array: A, perRow: number) => A,
): FeatureColumn {
  return {
    values: change(values, width),
    nulls: change(nulls, 1),
    rejected: change(rejected, 1),
    width,
    ...(counts && { counts: change(counts, 1) }),
    ...(low && { low: change(low, 1) }),
  }
}

/** The rows [from, to), without a copy. */
export const featureSlice = (column: FeatureColumn, from: number, to: number): FeatureColumn =>
  mapArrays(column, <A extends CellArray>(array: A, perRow: number) => array.subarray(from * perRow, to * perRow) as A)

/** The rows `rows`, in that order. */
export function selectFeatureRows(column: FeatureColumn, rows: Uint32Array): FeatureColumn {
  const { width } = column
  const cells =
    width === 1 ? rows : Uint32Array.from({ length: rows.length * width }, (_, i) => rows[Math.floor(i / width)] * width + (i % width))
  return mapArrays(column, (array, perRow) => gatherArray(array, perRow === 1 ? rows : cells))
}

/** The column in shared memory. */
export const toSharedColumn = (column: FeatureColumn): FeatureColumn => mapArrays(column, sharedArray)

/** A column of zeros in shared memory, of the shape of another. */
export const sharedZeros = (shape: FeatureColumn, rows: number): FeatureColumn =>
  mapArrays(shape, <A extends CellArray>(array: A, perRow: number) => {
    const ArrayOf = array.constructor as new (buffer: SharedArrayBuffer) => A
    return new ArrayOf(new SharedArrayBuffer(rows * perRow * array.BYTES_PER_ELEMENT))
  })

export const featureBytes = (columns: readonly FeatureColumn[]): number =>
  columns.reduce(
    (sum, { values, nulls, rejected, counts, low }) =>
      sum + [values, nulls, rejected, counts, low].reduce((bytes, array) => bytes + (array?.byteLength ?? 0), 0),
    0,
  )
