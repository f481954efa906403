/** Calls a source's `map` function, which may throw and may return anything. */
import { limits } from '../base/index.ts'
import { displayValue } from './field.ts'
import { Fault } from './rejection.ts'

/** The user's function from a raw record to no row (`null` or `[]`), one row, or several. */
export type RowMap = (record: never) => unknown

/** The rows that `map` returns for a record, not yet validated. */
export function mappedRows(map: RowMap, record: unknown): readonly unknown[] | Fault {
  let rows: unknown
  try {
    rows = map(record as never)
  } catch (thrown) {
    return thrownFault('map threw', thrown)
  }
  if (rows === null || rows === undefined) return []
  if (!Array.isArray(rows)) return rows instanceof Promise ? new Fault('map returned a promise; it must return rows') : [rows]
  if (rows.length > limits.MAP_ROWS_MAX)
    return new Fault(`map returned ${rows.length} rows, more than ${limits.MAP_ROWS_MAX} (MAP_ROWS_MAX)`)
  return rows
}

export function thrownFault(subject: string, thrown: unknown): Fault {
  return new Fault(`${subject}: ${thrown instanceof Error ? thrown.message : displayValue(thrown)}`, 'map')
}
