/** One feature as people are told it: the value as delivered, or why there is none. */
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import type { Strings } from '../columns/strings.ts'
import type { FeatureIR, Value } from '../define/ir.ts'
import { delivered } from './delivered.ts'
import { featureRefusals, type FeatureRefusal } from './refused.ts'

export type FeatureValue =
  | { readonly value: Value | readonly Value[] }
  /** Nothing may stand in for it. */
  | { readonly refused: FeatureRefusal }

/** Row 0 of a feature's column. */
export function featureValue(feature: FeatureIR, column: FeatureColumn, strings: Strings): FeatureValue {
  const refused = featureRefusals[column.refused?.[0] ?? 0]
  if (refused) return { refused }
  if (column.nulls?.[0]) return { value: null }
  const { values } = delivered(column, feature)
  if (!column.counts) return { value: cell(feature, values[0], strings) }
  return { value: Array.from(values.subarray(0, column.counts[0]), value => cell(feature, value, strings)) }
}

function cell({ type }: FeatureIR, value: number, strings: Strings): Value {
  if (type === 'string') return strings.textOf(value)
  return type === 'bool' ? value === 1 : value
}
