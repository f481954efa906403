import type { FeatureColumn } from '../aggregate/aggregate.ts'
import type { GroupIR } from '../define/ir.ts'

/** Columns for `rows` reads of a group, one a feature. */
export function featureColumns(group: GroupIR, rows: number, exact: boolean): FeatureColumn[] {
  return group.features.map(({ agg, k }) => {
    const width = agg === 'lastK' ? k! : 1
    return {
      values: new Float64Array(rows * width),
      nulls: new Uint8Array(rows),
      refused: new Uint8Array(rows),
      width,
      ...(agg === 'lastK' && { counts: new Uint16Array(rows) }),
      ...(exact && (agg === 'sum' || agg === 'change') && { low: new Float64Array(rows) }),
    }
  })
}
