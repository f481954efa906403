import type { GroupIR, SourceIR } from '../define/ir/ir.ts'
import type { SqlDialect } from './dialect.ts'

/**
 * Creates a relation of the events of one source. A query reads two relations.
 *
 * *Events* of one source: `_seq` (index in the pipeline's total order), `_partition`, `_offset`, `_arrival`, `_time`, `_deleted`,
 * then the source's columns with their physical values.
 *
 * *Requests* of one group: `ask` (the number that identifies an answer), the key as `k0…`, and the position: events with `_seq <
 * prefix`, and with arrival up to `upto` unless that is NULL, are visible; `t` is the as-of time. Features with `before` leave out
 * the event whose `_seq` is `without`.
 */
export function createEvents(source: SourceIR, dialect: SqlDialect, table: string): string {
  const names = columnNames(source, dialect)
  const columns = source.columns.map(({ name, type }) => `${names.get(name)} ${dialect.types[type]}`)
  const own = ['_seq', '_partition', '_offset', '_arrival', '_time'].map(name => `${name} ${dialect.types.int}`)
  return createTable(table, [...own, `_deleted ${dialect.types.bool}`, ...columns])
}

/** Creates a relation of the requests of one group. */
export function createRequests(group: GroupIR, source: SourceIR, dialect: SqlDialect, table: string): string {
  const key = group.key.map((name, i) => `k${i} ${dialect.types[sourceColumn(source, name).type]}`)
  const rest = ['prefix', 'upto', 't', 'without'].map(name => `${name} ${dialect.types.int}`)
  return createTable(table, [`ask ${dialect.types.int}`, ...key, ...rest])
}

/** A statement that creates or replaces a temporary table. */
export const createTable = (table: string, columns: readonly string[]): string =>
  `CREATE OR REPLACE TEMP TABLE ${table} (${columns.join(', ')})`

/** The identifier of each column of a source in its relation of events. */
export function columnNames(source: SourceIR, dialect: SqlDialect): ReadonlyMap<string, string> {
  const names = source.columns.map(({ name }) => name)
  return new Map(identifiers(names, [], dialect).map((identifier, i) => [names[i], identifier]))
}

/** Quotes the names of users. Engines fold case and `_…` is reserved, so an ambiguous name gets its index as a suffix. */
export function identifiers(names: readonly string[], reserved: readonly string[], dialect: SqlDialect): string[] {
  const usedNames = new Set(reserved)
  return names.map((name, i) => {
    const folded = name.toLowerCase()
    const unique = usedNames.has(folded) || name.startsWith('_') ? `${name}#${i}` : name
    usedNames.add(folded)
    return dialect.identifier(unique)
  })
}

/** A column of a source by name. */
export const sourceColumn = (source: SourceIR, name: string) => source.columns.find(column => column.name === name)!
