import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import type { LoggedEvent } from '../../define/event.ts'
import type { ColumnType, GroupIR, SourceIR, Value } from '../../define/ir.ts'
import type { SqlAsk } from '../asks.ts'
import { columnOf } from '../relations.ts'

/** Appends the events of one source to a relation of events. `_seq` is the index in `log`, which may hold other sources too. */
export async function loadEvents(
  connection: DuckDBConnection,
  table: string,
  source: SourceIR,
  log: readonly LoggedEvent[],
): Promise<void> {
  const appender = await connection.createAppender(table)
  log.forEach((event, seq) => {
    if (event.source !== source.name) return
    for (const integer of [seq, event.partition, event.offset, event.arrival, event.time]) appender.appendBigInt(BigInt(integer))
    appender.appendBoolean(source.deleted !== undefined && event.row[source.deleted] === true)
    for (const { name, type } of source.columns) append(appender, type, event.row[name] ?? null)
    appender.endRow()
  })
  appender.closeSync()
}

/** Appends asks to a relation of asks, numbered from 0. */
export async function loadAsks(
  connection: DuckDBConnection,
  table: string,
  group: GroupIR,
  source: SourceIR,
  asks: readonly SqlAsk[],
): Promise<void> {
  const types = group.key.map(name => columnOf(source, name).type)
  const appender = await connection.createAppender(table)
  asks.forEach(({ key, prefix, upto, t, without }, i) => {
    append(appender, 'int', i)
    key.forEach((value, column) => append(appender, types[column], value))
    for (const value of [prefix, upto, t, without]) append(appender, 'int', value ?? null)
    appender.endRow()
  })
  appender.closeSync()
}

function append(appender: DuckDBAppender, type: ColumnType, value: Value): void {
  if (value === null) appender.appendNull()
  else if (type === 'string') appender.appendVarchar(value as string)
  else if (type === 'bool') appender.appendBoolean(value as boolean)
  else if (type === 'double') appender.appendDouble(value as number)
  else appender.appendBigInt(BigInt(value))
}
