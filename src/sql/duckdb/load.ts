import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import type { LoggedEvent } from '../../define/source/event.ts'
import type { ColumnIR, ColumnType, GroupIR, SourceIR, Value } from '../../define/ir/ir.ts'
import type { SqlRequest } from '../request.ts'
import type { SqlRecordedDecision } from '../recorded-decisions.ts'
import { sourceColumn } from '../relations.ts'

/** Appends the events of one source to a relation of events, with their `_seq`. Skips events of other sources. */
export async function loadEvents(
  connection: DuckDBConnection,
  table: string,
  source: SourceIR,
  events: Iterable<readonly [seq: number, event: LoggedEvent]>,
): Promise<void> {
  const appender = await connection.createAppender(table)
  for (const [seq, event] of events) {
    if (event.source !== source.name) continue
    for (const integer of [seq, event.partition, event.offset, event.arrival, event.time]) appender.appendBigInt(BigInt(integer))
    appender.appendBoolean(source.deleted !== undefined && event.row[source.deleted] === true)
    for (const { name, type } of source.columns) append(appender, type, event.row[name] ?? null)
    appender.endRow()
  }
  appender.closeSync()
}

/** Appends recorded decisions to their relation (`createRecordedDecisions`), numbered from 0. */
export async function loadRecordedDecisions(
  connection: DuckDBConnection,
  table: string,
  columns: readonly ColumnIR[],
  decisions: readonly SqlRecordedDecision[],
): Promise<void> {
  const appender = await connection.createAppender(table)
  decisions.forEach(({ trigger, t, excludedKinds, cuts }, i) => {
    for (const value of [i, t, excludedKinds ?? null]) append(appender, 'int', value)
    for (const { known, clock, without, within } of cuts)
      for (const value of [known, clock, without ?? null, within ?? null]) append(appender, 'int', value)
    for (const { name, type } of columns) append(appender, type, trigger[name] ?? null)
    appender.endRow()
  })
  appender.closeSync()
}

/** Appends integers to a relation of one column. */
export async function loadNumbers(connection: DuckDBConnection, table: string, numbers: readonly number[]): Promise<void> {
  const appender = await connection.createAppender(table)
  for (const number of numbers) {
    append(appender, 'int', number)
    appender.endRow()
  }
  appender.closeSync()
}

/** Appends requests to a relation of requests, numbered from 0. */
export async function loadRequests(
  connection: DuckDBConnection,
  table: string,
  group: GroupIR,
  source: SourceIR,
  requests: readonly SqlRequest[],
): Promise<void> {
  const types = group.key.map(name => sourceColumn(source, name).type)
  const appender = await connection.createAppender(table)
  requests.forEach(({ key, prefix, upto, t, without }, i) => {
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
