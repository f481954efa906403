/** A source's own function, called with care: it may throw, and may return anything. */
import { limits } from '../base/limits.ts'
import { shown } from './field.ts'
import { Fault } from './refusal.ts'

/** A raw record to no row (`null` or `[]`), one, or several. */
export type RowMap = (record: never) => unknown

/** The rows that `map` makes of a record; each of them still to be checked. */
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

export function thrownFault(what: string, thrown: unknown): Fault {
  return new Fault(`${what}: ${thrown instanceof Error ? thrown.message : shown(thrown)}`, 'map')
}
