/** Columns of features, as the kernel gives them: parts, picks, and how large they are. */
import type { FeatureColumn } from '../../aggregate/aggregate.ts'
import { picked } from '../../columns/gather.ts'

/** Rows [from, to), without a copy. */
export function featureSlice({ values, nulls, refused, width, counts }: FeatureColumn, from: number, to: number): FeatureColumn {
  return {
    values: values.subarray(from * width, to * width),
    nulls: nulls.subarray(from, to),
    refused: refused.subarray(from, to),
    width,
    ...(counts && { counts: counts.subarray(from, to) }),
  }
}

/** The rows `rows`, in that order. */
export function featurePicked({ values, nulls, refused, width, counts }: FeatureColumn, rows: Uint32Array): FeatureColumn {
  const cells =
    width === 1 ? rows : Uint32Array.from({ length: rows.length * width }, (_, i) => rows[Math.floor(i / width)] * width + (i % width))
  return {
    values: picked(values, cells),
    nulls: picked(nulls, rows),
    refused: picked(refused, rows),
    width,
    ...(counts && { counts: picked(counts, rows) }),
  }
}

/** Row i put where `to[i]` says, a permutation. */
export function featureScattered(column: FeatureColumn, to: Uint32Array): FeatureColumn {
  const from = new Uint32Array(to.length)
  to.forEach((place, row) => (from[place] = row))
  return featurePicked(column, from)
}

export const bytesOf = ({ values, nulls, refused, counts }: FeatureColumn): number =>
  values.byteLength + nulls.byteLength + refused.byteLength + (counts?.byteLength ?? 0)
