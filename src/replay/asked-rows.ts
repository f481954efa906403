/** Holds the rows of a training-set request: keys and times, in columns (an entity dataframe). */
import { type ColumnData, gatherColumn, gatherArray, ascendingOrder, countUpTo } from '../columns/index.ts'
import type { ReplayLog, Requests } from './log.ts'

/** Keys and times, one per row of a training set. */
export interface AskedRows {
  readonly length: number
  /** Each row's as-of time, UTC ms. */
  readonly t: Float64Array
  /** Each row's number in the request, from 1. */
  readonly row: Float64Array
  /** Keys, and the other columns that inputs need, as stored. */
  readonly columns: Readonly<Record<string, ColumnData>>
}

/**
 * Sorts rows by time; rows of one time keep their order. Drops rows for which `isKept`, called with the row's index, returns false.
 * Uses 4 bytes per row while sorting, and a copy.
 *
 * @example
 * ```ts
 * const log = await load(pipeline, [{ source: 'payments', path: 'payments.ndjson' }], { onRejected: () => {} })
 * const cards = Int32Array.of(log.strings.idOf('c3'))
 * const [t, row] = [Float64Array.of(Date.UTC(2026, 0, 1)), Float64Array.of(1)]
 * const rows = inOrderOfTime({ length: 1, t, row, columns: { card: { values: cards } } })
 * ```
 */
export function inOrderOfTime({ length, t, row, columns }: AskedRows, isKept: (row: number) => boolean = () => true): AskedRows {
  const order = ascendingOrder(t) ?? Uint32Array.from({ length }, (_, i) => i)
  const rows = order.filter(i => isKept(i))
  return {
    length: rows.length,
    t: gatherArray(t, rows),
    row: gatherArray(row, rows),
    columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, gatherColumn(column, rows)])),
  }
}

/** Rows, in order of time, as requests: each sees every event that had arrived by its time. */
export const asRequests = ({ t, columns }: AskedRows, { histories }: Pick<ReplayLog, 'histories'>): Requests => ({
  t,
  columns,
  prefixes: source => countUpTo(histories.get(source)!.block.arrival, t),
})
