/** Rows of the relations that queries read, in the order of their columns. */
import type { LoggedEvent } from '../define/source/index.ts'
import type { ColumnIR, GroupIR, SourceIR, Value } from '../define/ir/index.ts'
import type { SqlRecordedDecision } from './recorded-decisions.ts'
import type { SqlRequest } from './request.ts'

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

/** Rows of recorded decisions (`recordedDecisionTable`), numbered from 0. */
export function* recordedDecisionRows(columns: readonly ColumnIR[], decisions: readonly SqlRecordedDecision[]): Generator<Value[]> {
  for (const [i, { trigger, t, excludedKinds, cuts }] of decisions.entries())
    yield [
      i,
      t,
      excludedKinds ?? null,
      ...cuts.flatMap(({ known, clock, excludedEvent, within }) => [known, clock, excludedEvent ?? null, within ?? null]),
      ...columns.map(({ name }) => trigger[name] ?? null),
    ]
}

/** Rows of requests of a group (`requestTable`), numbered from 0. */
export function* requestRows(group: GroupIR, requests: readonly SqlRequest[]): Generator<Value[]> {
  for (const [i, { key, prefix, upto, t, excludedEvent }] of requests.entries())
    yield [i, ...group.key.map((_, part) => key[part]), prefix, upto ?? null, t, excludedEvent ?? null]
}
