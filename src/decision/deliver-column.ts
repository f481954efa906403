import type { ColumnData } from '../columns/index.ts'
import type { TypeIR } from '../define/ir/index.ts'

/** A column as models see it: a decimal is divided by 10^scale, every other type stays as stored. */
export function deliverColumn<C extends ColumnData>(column: C, { type, scale }: TypeIR): C {
  if (type !== 'decimal' || !scale) return column
  const unit = 10 ** scale
  return { ...column, values: (column.values as Float64Array).map(value => value / unit) }
}
