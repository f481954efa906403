/** Converts rows of columns back to records: for rejections after decoding, and for comparing single events. */
import type { Block, Strings } from '../columns/index.ts'
import type { ColumnIR, SourceIR, Value } from '../define/ir/index.ts'

/** The physical value of one column of one row. */
export function valueAt(block: Pick<Block, 'columns'>, column: ColumnIR, row: number, strings: Strings): Value {
  const { values, nulls } = block.columns[column.name]
  if (nulls?.[row] === 1) return null
  const value = values[row]
  return column.type === 'string' ? strings.textOf(value) : column.type === 'bool' ? value === 1 : value
}

/** The row as JSON that its source accepts: decimals as text, times and durations in milliseconds. */
export function rowText(source: SourceIR, block: Block, row: number, stringsOf: (column: string) => Strings): string {
  const record = source.columns.map(column => {
    const value = valueAt(block, column, row, stringsOf(column.name))
    return [column.name, column.type === 'decimal' && value !== null ? decimalText(value as number, column.scale ?? 0) : value]
  })
  return JSON.stringify(Object.fromEntries(record))
}

/** 1234 at scale 2 → `12.34`. */
export function decimalText(scaled: number, scale: number): string {
  const digits = String(Math.abs(scaled)).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = scale === 0 ? '' : `.${digits.slice(-scale)}`
  return `${scaled < 0 ? '-' : ''}${whole}${fraction}`
}
