import type { GroupIR, SourceIR } from '../define/ir/ir.ts'
import type { Dialect } from './dialect.ts'

/**
 * The two relations that a query reads.
 *
 * *Events* of one source: `_seq` (index in the pipeline's total order), `_partition`, `_offset`, `_arrival`, `_time`, `_deleted`,
 * then the source's columns with their physical values.
 *
 * *Asks* of one group: `ask` (what answers are told apart by), the key as `k0…`, and (what is known, what time it is):
 * events with `_seq < prefix`, and with arrival up to `upto` unless that is NULL; the clock `t`. Features with `before` leave
 * out the event whose `_seq` is `without`.
 */
export function createEvents(source: SourceIR, dialect: Dialect, table: string): string {
  const names = columnNames(source, dialect)
  const columns = source.columns.map(({ name, type }) => `${names.get(name)} ${dialect.types[type]}`)
  const own = ['_seq', '_partition', '_offset', '_arrival', '_time'].map(name => `${name} ${dialect.types.int}`)
  return createTable(table, [...own, `_deleted ${dialect.types.bool}`, ...columns])
}

export function createAsks(group: GroupIR, source: SourceIR, dialect: Dialect, table: string): string {
  const key = group.key.map((name, i) => `k${i} ${dialect.types[columnOf(source, name).type]}`)
  const rest = ['prefix', 'upto', 't', 'without'].map(name => `${name} ${dialect.types.int}`)
  return createTable(table, [`ask ${dialect.types.int}`, ...key, ...rest])
}

export const createTable = (table: string, columns: readonly string[]): string =>
  `CREATE OR REPLACE TEMP TABLE ${table} (${columns.join(', ')})`

/** The identifier of each column of a source in its relation of events. */
export function columnNames(source: SourceIR, dialect: Dialect): ReadonlyMap<string, string> {
  const names = source.columns.map(({ name }) => name)
  return new Map(identifiers(names, [], dialect).map((identifier, i) => [names[i], identifier]))
}

/** Names of users as identifiers. Engines fold case and `_…` is ours, so a name that could be taken for another gets its index. */
export function identifiers(names: readonly string[], reserved: readonly string[], dialect: Dialect): string[] {
  const taken = new Set(reserved)
  return names.map((name, i) => {
    const folded = name.toLowerCase()
    const unique = taken.has(folded) || name.startsWith('_') ? `${name}#${i}` : name
    taken.add(folded)
    return dialect.identifier(unique)
  })
}

export const columnOf = (source: SourceIR, name: string) => source.columns.find(column => column.name === name)!
