/** Stored values as models and people see them. */
import type { ColumnData, Strings } from '../columns/index.ts'
import type { TypeIR, Value } from '../define/ir/index.ts'

/** A column as models see it: a decimal is divided by 10^scale, every other type stays as stored. */
export function deliverColumn<C extends ColumnData>(column: C, { type, scale }: TypeIR): C {
  if (type !== 'decimal' || !scale) return column
  const unit = 10 ** scale
  return { ...column, values: (column.values as Float64Array).map(value => value / unit) }
}

/** A key or id as a delivered value. */
export function deliveredCell({ values, nulls }: ColumnData, row: number, { type, scale = 0 }: TypeIR, strings: Strings): Value {
  if (nulls?.[row] === 1) return null
  return type === 'string' ? strings.textOf(values[row]) : values[row] / 10 ** (type === 'decimal' ? scale : 0)
}
