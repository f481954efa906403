/**
 * A source whose records are somebody else's, and call its columns otherwise: it is read, checked and refused by their names, and its events have its own.
 *
 * Only names differ: values, ids and order are those of records that have the source's own.
 */
import type { Block } from '../columns/block.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import type { RowMap } from './mapping.ts'

/** What records call a column, by its own name. A column that is not in it has its own. */
export type TheirNames = ReadonlyMap<string, string>

interface Read {
  readonly source: SourceIR
  readonly block: Block
}

/** The source as records without a map are read: under their names. Different columns must have different ones. */
export function underTheirNames(source: SourceIR, names: TheirNames): SourceIR {
  const { columns, key, time, id, identity, deleted, arrives } = source
  const theirs = (column: string): string => names.get(column) ?? column
  return {
    ...source,
    columns: columns.map(column => ({ ...column, name: theirs(column.name) })),
    key: theirs(key),
    time: theirs(time),
    ...(id !== undefined && { id: theirs(id) }),
    ...(identity && { identity: identity.map(theirs) }),
    ...(deleted !== undefined && { deleted: theirs(deleted) }),
    arrives: arrives.kind === 'column' ? { ...arrives, column: theirs(arrives.column) } : arrives,
  }
}

/** What came of the source as it was read, under its own names. */
export function underOwnNames<Of extends Read>(history: Of, source: SourceIR, names: TheirNames): Of {
  const { block } = history
  const columns = source.columns.flatMap(({ name }) => {
    const theirs = names.get(name) ?? name
    return Object.hasOwn(block.columns, theirs) ? [[name, block.columns[theirs]] as const] : []
  })
  return { ...history, source, block: { ...block, columns: Object.fromEntries(columns) } }
}

/** A map whose records have both names. */
export function givenOwnNames(map: RowMap, names: TheirNames): RowMap {
  return (record: unknown) => {
    if (typeof record !== 'object' || record === null) return map(record as never)
    const values = record as Readonly<Record<string, unknown>>
    return map({ ...values, ...Object.fromEntries([...names].map(([name, theirs]) => [name, values[theirs]])) } as never)
  }
}
