import { assert } from '../base/assert.ts'
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import type { GroupIR } from '../define/ir/ir.ts'
import { givesList, valuesOf } from '../define/ir/signatures.ts'

/** Columns for `rows` reads of a group, one a feature. */
export function featureColumns(group: GroupIR, rows: number, exact: boolean): FeatureColumn[] {
  return group.features.map(feature => {
    const { agg } = feature
    const width = valuesOf(feature)
    return {
      values: new Float64Array(rows * width),
      nulls: new Uint8Array(rows),
      refused: new Uint8Array(rows),
      width,
      ...(givesList(agg) && { counts: new Uint16Array(rows) }),
      ...(exact && (agg === 'sum' || agg === 'change') && { low: new Float64Array(rows) }),
    }
  })
}

/** Makes the first `rows` rows of a column as they were when it was new. */
export function clearRows({ values, nulls, refused, width, counts, low }: FeatureColumn, rows: number): void {
  assert(nulls.length >= rows, 'columns to write over have a row for each ask')
  if (rows === 1 && width === 1 && !low) {
    // What is asked for one key at a time has hundreds of columns, and a call of `fill` costs more than all the rest.
    values[0] = nulls[0] = refused[0] = 0
    if (counts) counts[0] = 0
    return
  }
  values.fill(0, 0, rows * width)
  nulls.fill(0, 0, rows)
  refused.fill(0, 0, rows)
  counts?.fill(0, 0, rows)
  low?.fill(0, 0, rows)
}
