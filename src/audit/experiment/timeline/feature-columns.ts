/**
 * Feature columns as the kernel returns them: slices, selections, sizes.
 *
 * Columns of all cases are in shared memory, so threads pass them without a copy. The garbage collector does not count shared memory: with
 * a hundred megabytes a plan it would otherwise collect every half plan and free next to nothing.
 */
import type { FeatureColumn } from '../../../aggregate/index.ts'
import { gatherArray, sharedArray, sharedFloats } from '../../../columns/index.ts'
import { type FeatureIR, type GroupIR, isListAggregate, maxValues } from '../../../define/ir/index.ts'

/** The rows [from, to), without a copy. */
export function featureSlice({ values, nulls, rejected, width, counts }: FeatureColumn, from: number, to: number): FeatureColumn {
  return {
    values: values.subarray(from * width, to * width),
    nulls: nulls.subarray(from, to),
    rejected: rejected.subarray(from, to),
    width,
    ...(counts && { counts: counts.subarray(from, to) }),
  }
}

/** The rows `rows`, in that order. */
export function selectFeatureRows({ values, nulls, rejected, width, counts }: FeatureColumn, rows: Uint32Array): FeatureColumn {
  const cells =
    width === 1 ? rows : Uint32Array.from({ length: rows.length * width }, (_, i) => rows[Math.floor(i / width)] * width + (i % width))
  return {
    values: gatherArray(values, cells),
    nulls: gatherArray(nulls, rows),
    rejected: gatherArray(rejected, rows),
    width,
    ...(counts && { counts: gatherArray(counts, rows) }),
  }
}

/** The permuted column: row i moves to `to[i]`. */
export function permuteFeatureRows(column: FeatureColumn, to: Uint32Array): FeatureColumn {
  const from = new Uint32Array(to.length)
  to.forEach((place, row) => (from[place] = row))
  return selectFeatureRows(column, from)
}

/** The column in shared memory. */
export const toSharedColumn = ({ values, nulls, rejected, width, counts }: FeatureColumn): FeatureColumn => ({
  values: sharedArray(values),
  nulls: sharedArray(nulls),
  rejected: sharedArray(rejected),
  width,
  ...(counts && { counts: sharedArray(counts) }),
})

/** A new column in shared memory. */
export const newSharedColumn = (feature: FeatureIR, rows: number): FeatureColumn => ({
  values: sharedFloats(rows * maxValues(feature)),
  nulls: new Uint8Array(new SharedArrayBuffer(rows)),
  rejected: new Uint8Array(new SharedArrayBuffer(rows)),
  width: maxValues(feature),
  ...(isListAggregate(feature.agg) && { counts: new Uint16Array(new SharedArrayBuffer(2 * rows)) }),
})

/** A new column in the thread's own memory, for few rows. */
export const newLocalColumn = (feature: FeatureIR, rows: number): FeatureColumn => ({
  values: new Float64Array(rows * maxValues(feature)),
  nulls: new Uint8Array(rows),
  rejected: new Uint8Array(rows),
  width: maxValues(feature),
  ...(isListAggregate(feature.agg) && { counts: new Uint16Array(rows) }),
})

/** The bytes of one row of a group's features. */
export const featureRowBytes = ({ features }: Pick<GroupIR, 'features'>): number =>
  features.reduce((sum, feature) => sum + 8 * maxValues(feature) + 2 + (isListAggregate(feature.agg) ? 2 : 0), 0)

/** The bytes of a column. */
export const featureColumnBytes = ({ values, nulls, rejected, counts }: FeatureColumn): number =>
  values.byteLength + nulls.byteLength + rejected.byteLength + (counts?.byteLength ?? 0)
