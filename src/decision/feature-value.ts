/** Converts features for people: each value as delivered, or the reason why it is missing. */
import type { FeatureColumn } from '../aggregate/index.ts'
import type { Strings } from '../columns/index.ts'
import type { FeatureIR, Value } from '../define/ir/index.ts'
import { featureRejections, type FeatureRejection } from './feature-rejections.ts'

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
