import type { PipelineIR, SourceIR, Value } from '../define/ir/index.ts'
import type { LoggedEvent } from '../define/source/index.ts'
import type { SqlDialect } from './dialect.ts'
import type { SqlColumn } from './engine.ts'

/**
 * The columns of the relation of the events of one source. A query reads two relations.
 *
 * *Events* of one source: `_seq` (index in the pipeline's total order), `_partition`, `_offset`, `_arrival`, `_time`, `_deleted`,
 * then the source's columns with their physical values.
 *
 * *Requests* of one group: `request` (the number that identifies an answer), the key as `k0…`, and the position: events with `_seq <
 * prefix`, and with arrival up to `upto` unless that is NULL, are visible; `t` is the as-of time. Features with `before` leave out
 * the event whose `_seq` is `excluded`.
 * @example
 *   await engine.createTable('payments', eventTable(ir.sources[0], engine.dialect))
 */
export function eventTable(source: SourceIR, dialect: SqlDialect): SqlColumn[] {
  const names = columnNames(source, dialect)
  const columns = source.columns.map(({ name, type }) => ({ name: names.get(name)!, type }))
  return [...['_seq', '_partition', '_offset', '_arrival', '_time'].map(integer), { name: '_deleted', type: 'bool' }, ...columns]
}

/** A column of integers. */
export const integer = (name: string): SqlColumn => ({ name, type: 'int' })

/** Identifiers by the names of columns. */
export type ColumnNames = ReadonlyMap<string, string>

/** The identifier of each column of a source in its relation of events. */
export function columnNames(source: Pick<SourceIR, 'columns'>, dialect: SqlDialect): ColumnNames {
  const names = source.columns.map(({ name }) => name)
  return new Map(identifiers(names, [], dialect).map((identifier, i) => [names[i], identifier]))
}

/**
 * Quotes the names of users, so that no two are equal in an engine that folds case, and none is a generated name: those begin with `_` and
 * hold no `#`. A name that would break this gets its index as a suffix.
 */
export function identifiers(names: readonly string[], reserved: readonly string[], dialect: SqlDialect): string[] {
  const usedNames = new Set(reserved)
  return names.map((name, i) => {
    let unique = name.startsWith('_') ? `${name}#${i}` : name
    while (usedNames.has(unique.toLowerCase())) unique = `${unique}#${i}`
    usedNames.add(unique.toLowerCase())
    return dialect.identifier(unique)
  })
}

/** The columns of a SELECT, one a line. */
export const lines = (columns: readonly string[]): string => columns.join(',\n    ')

/** A source of a pipeline by name. */
export const sourceNamed = ({ sources }: PipelineIR, name: string): SourceIR => sources.find(source => source.name === name)!

/** Rows of the events of one source (`eventTable`), with their `_seq`. Skips events of other sources. */
export function* eventRows(
  { name, deleted, columns }: SourceIR,
  events: Iterable<readonly [seq: number, event: LoggedEvent]>,
): Generator<Value[]> {
  for (const [seq, { source, partition, offset, arrival, time, row }] of events) {
    if (source !== name) continue
    const cells: Value[] = [seq, partition, offset, arrival, time, deleted !== undefined && row[deleted] === true]
    for (const column of columns) cells.push(row[column.name] ?? null)
    yield cells
  }
}
