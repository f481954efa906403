/** Keys and times that a training set is asked for, in columns. */
import type { Column } from '../columns/block.ts'
import { gatherColumn, picked } from '../columns/gather.ts'
import { ascendingOrder, countUpTo } from '../columns/order.ts'
import type { ReplayLog, Requests } from './log.ts'

export interface AskedRows {
  readonly length: number
  /** Each row's time, UTC ms. */
  readonly t: Float64Array
  /** Where each row stood when it was asked for, from 1. */
  readonly row: Float64Array
  /** Keys, and what else inputs are made of, as they are kept. */
  readonly columns: Readonly<Record<string, Column>>
}

/** The rows that are kept, all unless told, in order of time; of one time as they stand. 4 bytes a row more while sorting, and a copy. */
export function inOrderOfTime({ length, t, row, columns }: AskedRows, isKept: (row: number) => boolean = () => true): AskedRows {
  const order = ascendingOrder(t) ?? Uint32Array.from({ length }, (_, i) => i)
  const rows = order.filter(i => isKept(i))
  return {
    length: rows.length,
    t: picked(t, rows),
    row: picked(row, rows),
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, gatherColumn(column, rows)])),
  }
}

/** Rows in order of time as requests that know everything which had arrived by their time (semantics: training sets). */
export const asRequests = ({ t, columns }: AskedRows, { histories }: Pick<ReplayLog, 'histories'>): Requests => ({
  t,
  columns,
  prefixes: source => countUpTo(histories.get(source)!.block.arrival, t),
})
