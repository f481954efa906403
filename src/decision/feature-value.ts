/** Features as delivered: each value by its type, or the reason why it is missing. No default replaces a rejected value. */
import { rejections, type FeatureColumn } from '../aggregate/index.ts'
import type { ErrorCode } from '../base/index.ts'
import type { ColumnData, Strings } from '../columns/index.ts'
import type { FeatureIR, TypeIR, Value } from '../define/ir/index.ts'

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

/** Why a feature has no value. */
export interface FeatureRejection {
  readonly code: ErrorCode
  readonly why: string
}

/** By the codes of `FeatureColumn.rejected`. */
export const featureRejections: Readonly<Record<number, FeatureRejection>> = {
  [rejections.range]: { code: 'SPILL_RANGE', why: 'its window holds more values, or larger ones, than exact arithmetic covers' },
  [rejections.limit]: { code: 'SPILL_LIMIT', why: 'its key has more events or distinct values in the window than its limit' },
  [rejections.evicted]: { code: 'SPILL_CLOCK_EVICTED', why: 'its as-of time is before the retained state' },
}

/** The reasons why decisions could not be made, as a column; NULL where a decision was made. `rejected`: reasons by row. */
export function rejectedColumn(
  { length, rejected }: { readonly length: number; readonly rejected: ReadonlyMap<number, string> },
  strings: Strings,
): ColumnData {
  const values = new Int32Array(length)
  const nulls = new Uint8Array(length).fill(1)
  for (const [row, reason] of rejected) {
    values[row] = strings.idOf(reason)
    nulls[row] = 0
  }
  return { values, nulls }
}

/** The delivered value of a feature, or its rejection. */
export type FeatureValue =
  | { readonly value: Value | readonly Value[] }
  /** No default replaces it. */
  | { readonly rejected: FeatureRejection }

/** A row of a group's columns, by feature name. */
export const featureValues = (
  features: readonly FeatureIR[],
  columns: readonly FeatureColumn[],
  row: number,
  strings: Strings,
): Record<string, FeatureValue> =>
  Object.fromEntries(features.map((feature, f) => [feature.name, featureValue(feature, columns[f], strings, row)]))

/** A row of a feature's column. */
export function featureValue(feature: FeatureIR, column: FeatureColumn, strings: Strings, row = 0): FeatureValue {
  const rejected = featureRejections[column.rejected?.[row] ?? 0]
  if (rejected) return { rejected }
  if (column.nulls?.[row]) return { value: null }
  const { values, width, counts } = column
  if (!counts) return { value: cell(feature, values[row], strings) }
  return { value: Array.from(values.subarray(row * width, row * width + counts[row]), value => cell(feature, value, strings)) }
}

function cell({ type, scale = 0 }: FeatureIR, value: number, strings: Strings): Value {
  if (type === 'string') return strings.textOf(value)
  if (type === 'decimal' && scale > 0) return value / 10 ** scale
  return type === 'bool' ? value === 1 : value
}
