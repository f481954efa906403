/** Events of a log: one by one with the number of earlier events of each source, and all of them, loaded into an SQL engine. */
import { type Block, sourceOffset, sourcePartition, Strings } from '../columns/index.ts'
import type { PipelineIR, Value, SourceIR } from '../define/ir/index.ts'
import { valueAt } from '../intake/index.ts'
import { eventsBeforeSegment, type Log, type LogMarker, type Segment, logStartOf, type NamedValues, type SegmentLog } from '../log/index.ts'
import { limits } from '../base/index.ts'
import type { LoggedEvent } from '../define/source/index.ts'
import type { SqlWitness } from '../sql/index.ts'
import type { DeadLetterIndex } from './dead-letter-index.ts'

/** One entry of the log. */
export interface LogEntry {
  /** The event, with the physical values of the columns that the pipeline reads; undefined for a log marker. */
  readonly event?: { readonly source: string; readonly row: Readonly<Record<string, Value>> }
  readonly marker?: LogMarker
  /** Number of earlier events of a source in the whole log. */
  readonly before: (source: string) => number
}

/** True for the columns of a source that a reader needs. */
export type ColumnFilter = (source: string, column: string) => boolean

interface Decoded {
  readonly segment: Segment
  readonly strings: Strings
  /** Number of earlier entries in the segment, by index of the source (or of markers), by entry. */
  readonly counts: ReadonlyMap<number, Int32Array>
}

/**
 * Finds entries of a log by sequence number: undefined for a deleted entry, and for an event of a source that the pipeline does not have.
 * Holds one segment, so entries should be read in order. Throws `SPILL_DATA` for a damaged segment.
 */
export function entryFinder(ir: PipelineIR, log: Log, columnFilter: ColumnFilter): (entry: number) => LogEntry | undefined {
  let decoded: Decoded | undefined
  function segmentWith(sequence: number): Decoded | undefined {
    const current = decoded?.segment
    if (current && current.first <= sequence && sequence < current.first + current.length) return decoded
    const strings = new Strings()
    const [segment] = log.segments(sequence, sequence + 1, { stringsOf: () => strings, columnFilter })
    if (!segment) return undefined
    return (decoded = { segment, strings, counts: countsIn(segment) })
  }

  return sequence => {
    const segmentAt = segmentWith(sequence)
    if (!segmentAt) return undefined
    const { segment, strings, counts } = segmentAt
    const at = sequence - segment.first
    const before = (source: string): number => {
      const index = segment.sources.findIndex(rows => rows.source === source)
      return eventsBeforeSegment(segment, source) + (index < 0 ? 0 : counts.get(index)![at])
    }
    const index = indexOf(segment, at)
    const row = counts.get(index)![at]
    if (index === segment.sources.length) return { marker: segment.markers[row], before }
    const { source: name, block } = segment.sources[index]
    const source = ir.sources.find(candidate => candidate.name === name)
    return source && { event: { source: name, row: rowValues(source, block, row, strings, columnFilter) }, before }
  }
}

/** Physical values of the selected columns of a row. */
const rowValues = (
  { name, columns }: SourceIR,
  block: Block,
  row: number,
  strings: Strings,
  columnFilter: ColumnFilter,
): Record<string, Value> =>
  Object.fromEntries(
    columns.filter(column => columnFilter(name, column.name)).map(column => [column.name, valueAt(block, column, row, strings)]),
  )

/** Index of an entry's source in the segment; the number of sources for a log marker. */
const indexOf = ({ order }: Segment, at: number): number => (order ? order[at] : 0)

function countsIn(segment: Segment): Map<number, Int32Array> {
  const counts = new Map(Array.from({ length: segment.sources.length + 1 }, (_, index) => [index, new Int32Array(segment.length)]))
  const next = new Int32Array(segment.sources.length + 1)
  for (let at = 0; at < segment.length; at++) {
    for (const [index, before] of counts) before[at] = next[index]
    next[indexOf(segment, at)]++
  }
  return counts
}

/** Inputs of the load. */
export interface LoadLogOptions {
  readonly ir: PipelineIR
  readonly reader: SegmentLog & NamedValues
  readonly db: SqlWitness
  readonly log: Log
  readonly columnFilter: ColumnFilter
  readonly letters: DeadLetterIndex
  readonly onProgress: (stage: string, share: number) => void
  /** Throws to end the load. */
  readonly check: () => void
}

/** Loads the events of all sources, and notes which were dead letters first. */
export async function loadLogIntoSql({ ir, reader, db, log, columnFilter, letters, onProgress, check }: LoadLogOptions): Promise<void> {
  await db.createEventTables(ir)
  for (const [i, source] of ir.sources.entries()) {
    onProgress('reading the log', i / ir.sources.length)
    // Distinguishes two events: by id if there is one, otherwise by all columns.
    const columns: ColumnFilter = source.id === undefined || source.identity ? () => true : columnFilter
    /** Numbers of the events that were dead letters first. */
    const rejected: number[] = []
    const noted = function* () {
      let count = 0
      for (const event of numberedEvents(reader, log, source, columns)) {
        if (count++ % limits.RECONCILE_DECISIONS === 0) check()
        if (letters.wasDeadLetter(event[1])) rejected.push(event[0])
        yield event
      }
    }
    await db.addEvents(ir, source, noted())
    await db.classifyMissed(ir, source, rejected)
  }
}

/** Events of a source, each with the number of earlier events of that source in the whole log. Holds one segment at a time. */
export function* numberedEvents(
  store: NamedValues,
  log: Log,
  source: SourceIR,
  columnFilter: ColumnFilter,
): Generator<readonly [number, LoggedEvent]> {
  const sourceColumns: ColumnFilter = (name, column) => name === source.name && columnFilter(name, column)
  const columns = source.columns.filter(({ name }) => columnFilter(source.name, name))
  let strings = new Strings()
  for (const segment of log.segments(logStartOf(store).entry, log.end, { stringsOf: () => strings, columnFilter: sourceColumns })) {
    const block = segment.sources.find(rows => rows.source === source.name)?.block
    const first = eventsBeforeSegment(segment, source.name)
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
