/** Loads the events of a log into an SQL engine, each with its delivery: first as a dead letter, or directly. */
import { limits } from '../base/index.ts'
import { sourceOffset, sourcePartition, Strings } from '../columns/index.ts'
import type { PipelineIR, SourceIR } from '../define/ir/index.ts'
import type { LoggedEvent } from '../define/source/index.ts'
import { valueAt } from '../intake/index.ts'
import { logStartOf, type Log, type NamedValues, type SegmentLog } from '../log/index.ts'
import type { SqlWitness } from '../sql/index.ts'
import type { DeadLetterIndex } from './dead-letters.ts'
import { eventsBefore, type ColumnFilter } from './log-places.ts'

/** Inputs of the load. */
export interface LoadLogOptions {
  readonly ir: PipelineIR
  readonly reader: SegmentLog & NamedValues
  readonly db: SqlWitness
  readonly log: Log
  readonly wanted: ColumnFilter
  readonly letters: DeadLetterIndex
  readonly onProgress: (stage: string, share: number) => void
  /** Throws to end the load. */
  readonly check: () => void
}

/** Loads all sources. */
export async function loadLogIntoSql({ ir, reader, db, log, wanted, letters, onProgress, check }: LoadLogOptions): Promise<void> {
  await db.createEventTables(ir)
  for (const [i, source] of ir.sources.entries()) {
    onProgress('reading the log', i / ir.sources.length)
    // Distinguishes two events: by id if there is one, otherwise by all columns.
    const columns: ColumnFilter = source.id === undefined || source.identity ? () => true : wanted
    const rejected: number[] = []
    await db.addEvents(ir, source, noteRejections(numberedEvents(reader, log, source, log.end, columns), { letters, rejected, check }))
    await db.classifyMissed(ir, source, rejected)
  }
}

interface RejectionInputs {
  readonly letters: DeadLetterIndex
  /** Numbers of the events that were dead letters first. */
  readonly rejected: number[]
  readonly check: () => void
}

/** Passes events through and records which were dead letters first. */
function* noteRejections(
  events: ReturnType<typeof numberedEvents>,
  { letters, rejected, check }: RejectionInputs,
): ReturnType<typeof numberedEvents> {
  let count = 0
  for (const event of events) {
    if (count++ % limits.RECONCILE_DECISIONS === 0) check()
    if (letters.wasDeadLetter(event[1])) rejected.push(event[0])
    yield event
  }
}

/** Events of a source before `end`, each with the number of earlier events of that source in the whole log. Holds one segment at a time. */
function* numberedEvents(
  store: NamedValues,
  log: Log,
  source: SourceIR,
  end: number,
  wanted: ColumnFilter,
): Generator<readonly [number, LoggedEvent]> {
  const sourceColumns: ColumnFilter = (name, column) => name === source.name && wanted(name, column)
  const columns = source.columns.filter(({ name }) => wanted(source.name, name))
  let strings = new Strings()
  for (const segment of log.segments(logStartOf(store).entry, end, { stringsOf: () => strings, wanted: sourceColumns })) {
    const block = segment.sources.find(rows => rows.source === source.name)?.block
    const first = eventsBefore(segment, source.name)
    for (let row = 0; row < (block?.length ?? 0); row++)
      yield [
        first + row,
        {
          source: source.name,
          partition: sourcePartition(block!.sourcePosition[row]),
          offset: sourceOffset(block!.sourcePosition[row]),
          arrival: block!.arrival[row],
          time: block!.time[row],
          row: Object.fromEntries(columns.map(column => [column.name, valueAt(block!, column, row, strings)])),
        },
      ]
    // Each segment has its own strings.
    strings = new Strings()
  }
}
