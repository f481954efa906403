/** What decisions may share luck by: each column of the trigger that gives the key of a group, or a part of one. */
import type { Column } from '../../columns/block.ts'
import { groupReads } from '../../decision/reads.ts'
import { triggerKey } from '../../define/model/trigger-columns.ts'
import type { ClusterColumn } from '../domain/cases.ts'
import type { Rows } from './timeline/rows.ts'
import type { Decides } from './timeline/world.ts'

/** Of a model that reads no group, the key of its trigger. */
export function clustersOf({ ir, model }: Decides, { columnOf, length }: Rows): ClusterColumn[] {
  const names = new Set(groupReads(ir, model).flatMap(({ key }) => key))
  if (names.size === 0) names.add(triggerKey(ir, model).name)
  return [...names].map(name => ({ name, ...numbered(columnOf(name), length) }))
}

/** The values of a column as 0, 1, 2 … in the order in which they are met; NULL is a value. */
export function numbered({ values, nulls }: Column, length: number): { readonly of: Int32Array; readonly count: number } {
  if (values instanceof Int32Array && !nulls) return numberedIds(values, length)
  const numbers = new Map<number, number>()
  const of = new Int32Array(length)
  for (let row = 0; row < length; row++) {
    const value = nulls?.[row] ? NaN : values[row]
    let number = numbers.get(value)
    if (number === undefined) numbers.set(value, (number = numbers.size))
    of[row] = number
  }
  return { of, count: numbers.size }
}

/** Ids of strings are numbers from 0 on, so that a table will do. */
function numberedIds(ids: Int32Array, length: number): ReturnType<typeof numbered> {
  let most = -1
  for (let row = 0; row < length; row++) if (ids[row] > most) most = ids[row]
  const [numbers, of] = [new Int32Array(most + 1).fill(-1), new Int32Array(length)]
  let count = 0
  for (let row = 0; row < length; row++) {
    const id = ids[row]
    if (numbers[id] < 0) numbers[id] = count++
    of[row] = numbers[id]
  }
  return { of, count }
}
