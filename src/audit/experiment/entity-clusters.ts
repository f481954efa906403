/** The entity clusters of decisions: each column of the trigger that supplies a feature group's key, or a part of the key. */
import type { ColumnData } from '../../columns/index.ts'
import { groupReads } from '../../decision/index.ts'
import { triggerKey } from '../../define/model/index.ts'
import type { ClusterColumn } from '../domain/cases.ts'
import type { DecisionRows } from './timeline/decision-rows.ts'
import type { DecidingModel } from './timeline/timeline.ts'

/** The cluster columns; for a model that reads no feature group the key of its trigger. */
export function entityClusters({ ir, model }: DecidingModel, { columnOf, length }: DecisionRows): ClusterColumn[] {
  const names = new Set(groupReads(ir, model).flatMap(({ key }) => key))
  if (names.size === 0) names.add(triggerKey(ir, model).name)
  return [...names].map(name => ({ name, ...numberValues(columnOf(name), length) }))
}

/** The values of a column as codes 0, 1, 2 … in order of first occurrence. NULL is a value. */
export function numberValues({ values, nulls }: ColumnData, length: number): { readonly of: Int32Array; readonly count: number } {
  if (values instanceof Int32Array && !nulls) return numberIds(values, length)
  const numbers = new Map<number, number>()
  const codes = new Int32Array(length)
  for (let row = 0; row < length; row++) {
    const value = nulls?.[row] ? NaN : values[row]
    let number = numbers.get(value)
    if (number === undefined) numbers.set(value, (number = numbers.size))
    codes[row] = number
  }
  return { of: codes, count: numbers.size }
}

/** The same for string ids, which are small integers, so a table replaces the map. */
function numberIds(ids: Int32Array, length: number): ReturnType<typeof numberValues> {
  let most = -1
  for (let row = 0; row < length; row++) if (ids[row] > most) most = ids[row]
  const [numbers, codes] = [new Int32Array(most + 1).fill(-1), new Int32Array(length)]
  let count = 0
  for (let row = 0; row < length; row++) {
    const id = ids[row]
    if (numbers[id] < 0) numbers[id] = count++
    codes[row] = numbers[id]
  }
  return { of: codes, count }
}
