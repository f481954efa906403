import { assert } from '../base/index.ts'
import type { FeatureColumn } from '../aggregate/index.ts'
import { type GroupIR, isListAggregate, maxValues } from '../define/ir/index.ts'

/** Allocates the output columns for `rows` reads of a group, one per feature. */
export function featureColumns(group: GroupIR, rows: number, exact: boolean): FeatureColumn[] {
  return group.features.map(feature => {
    const { agg } = feature
    const width = maxValues(feature)
    return {
      values: new Float64Array(rows * width),
      nulls: new Uint8Array(rows),
      rejected: new Uint8Array(rows),
      width,
      ...(isListAggregate(agg) && { counts: new Uint16Array(rows) }),
      ...(exact && (agg === 'sum' || agg === 'change') && { low: new Float64Array(rows) }),
    }
  })
}

/** Resets the first `rows` rows of a column to their initial state. */
export function clearRows({ values, nulls, rejected, width, counts, low }: FeatureColumn, rows: number): void {
  assert(nulls.length >= rows, 'reused columns have a row for each read')
  if (rows === 1 && width === 1 && !low) {
    // Reads of one key have hundreds of columns, and a call of `fill` would cost more than everything else.
    values[0] = nulls[0] = rejected[0] = 0
    if (counts) counts[0] = 0
    return
  }
  values.fill(0, 0, rows * width)
  nulls.fill(0, 0, rows)
  rejected.fill(0, 0, rows)
  counts?.fill(0, 0, rows)
  low?.fill(0, 0, rows)
}
