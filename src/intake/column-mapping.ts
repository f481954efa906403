/**
 * Column mapping: reads a source from records that use other names for its columns. Records are validated and rejected under the foreign
 * names; events have the source's own names.
 *
 * Only names change: values, ids and order equal those of records with the source's own names.
 */
import type { Block } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import { limits } from '../base/index.ts'
import { displayValue } from './field.ts'
import { Fault } from './rejection.ts'

/** Foreign name of a column, by its own name. A column without an entry keeps its name. */
export type ColumnMapping = ReadonlyMap<string, string>

interface SourceBlock {
  readonly source: SourceIR
  readonly block: Block
}

/** The source with foreign column names, for reading records without a map. Different columns must have different foreign names. */
export function withMappedNames(source: SourceIR, names: ColumnMapping): SourceIR {
  const { columns, key, time, id, identity, deleted, arrives } = source
  const mapped = (column: string): string => names.get(column) ?? column
  const theirs = new Set(names.values())
  return {
    ...source,
    columns: columns.map(({ aliases, ...column }) => {
      const free = names.has(column.name) ? [] : (aliases ?? []).filter(alias => !theirs.has(alias))
      return { ...column, name: mapped(column.name), ...(free.length > 0 && { aliases: free }) }
    }),
    key: mapped(key),
    time: mapped(time),
    ...(id !== undefined && { id: mapped(id) }),
    ...(identity && { identity: identity.map(mapped) }),
    ...(deleted !== undefined && { deleted: mapped(deleted) }),
    arrives: arrives.kind === 'column' ? { ...arrives, column: mapped(arrives.column) } : arrives,
  }
}

/** Renames the columns of a block that was read under foreign names back to the source's own. */
export function withOwnNames<T extends SourceBlock>(history: T, source: SourceIR, names: ColumnMapping): T {
  const { block } = history
  const columns = source.columns.flatMap(({ name }) => {
    const mapped = names.get(name) ?? name
    return Object.hasOwn(block.columns, mapped) ? [[name, block.columns[mapped]] as const] : []
  })
  return { ...history, source, block: { ...block, columns: Object.fromEntries(columns) } }
}

/** Wraps a map so that its records have both names. */
export function mapWithOwnNames(map: RowMap, names: ColumnMapping): RowMap {
  return (record: unknown) => {
    if (typeof record !== 'object' || record === null) return map(record as never)
    const values = record as Readonly<Record<string, unknown>>
    return map({ ...values, ...Object.fromEntries([...names].map(([name, mapped]) => [name, values[mapped]])) } as never)
  }
}

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
