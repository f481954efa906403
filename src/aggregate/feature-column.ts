/** Values of one feature, one row per read. `nulls` is 1 where there is no value, because none exists or because it was rejected. */
export interface FeatureColumn {
  /** Physical values; string ids for strings; `width` values per row for a list. */
  readonly values: Float64Array
  readonly nulls: Uint8Array
  /** A code of `rejections`, or 0. */
  readonly rejected: Uint8Array
  /** Values per row. */
  readonly width: number
  /** For a list: how many of a row's `width` values exist. */
  readonly counts?: Uint16Array
  /** For exact sums and changes: the rounding error, so that `values + low` is the exact integer. */
  readonly low?: Float64Array
}

/** Codes of `FeatureColumn.rejected`: the reason why a cell has no value although its window may hold one. 0 is not rejected. */
export const rejections = { range: 1, limit: 2, evicted: 3 } as const

/**
 * Marks a cell as rejected: it has no value although its window may hold one. By default because the value exceeds exact arithmetic,
 * or a double.
 */
export function rejectCell(column: FeatureColumn, row: number, code: number = rejections.range): void {
  column.nulls[row] = 1
  column.rejected[row] = code
}
