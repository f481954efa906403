import type { Column } from '../columns/block.ts'
import type { TypeIR } from '../define/ir/ir.ts'

/** A column as models see it: a decimal is divided by 10^scale, every other type stays as stored. */
export function delivered<C extends Column>(column: C, { type, scale }: TypeIR): C {
  if (type !== 'decimal' || !scale) return column
  const unit = 10 ** scale
  return { ...column, values: (column.values as Float64Array).map(value => value / unit) }
}
