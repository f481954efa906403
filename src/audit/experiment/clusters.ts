/** What decisions may share luck by: each column of the trigger that gives the key of a group, or a part of one. */
import type { Column } from '../../columns/block.ts'
import { groupReads } from '../../decision/reads.ts'
import { triggerKey } from '../../define/trigger-columns.ts'
import type { ClusterColumn } from '../cases.ts'
import type { Rows } from './rows.ts'
import type { Decides } from './world.ts'

/** Of a model that reads no group, the key of its trigger. */
export function clustersOf({ ir, model }: Decides, { columnOf, length }: Rows): ClusterColumn[] {
  const names = new Set(groupReads(ir, model).flatMap(({ key }) => key))
  if (names.size === 0) names.add(triggerKey(ir, model).name)
  return [...names].map(name => ({ name, ...numbered(columnOf(name), length) }))
}

/** The values of a column as 0, 1, 2 … in the order in which they are met; NULL is a value. */
export function numbered({ values, nulls }: Column, length: number): { readonly of: Int32Array; readonly count: number } {
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
