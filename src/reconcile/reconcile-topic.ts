/**
 * Compares the events of a source in a log with the records of its topic, in the range that the run has read.
 *
 * Each record must be one event with its values, or a dead letter; `topic-report.ts` has the kinds of differences. A run may hold the folder.
 * Cost: reads the topic and the log once; where they have more than `RECONCILE_ROWS`, once more for each of these, for other keys each time.
 */
import { definitionOf, limits } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import type { PipelineIR, SourceIR } from '../define/ir/index.ts'
import type { InputFile } from '../files/index.ts'
import type { RowMap } from '../intake/index.ts'
import { type DeadLetterLog, Log, logStartOf, type NamedValues, positionKey, type SegmentLog } from '../log/index.ts'
import { numberedEvents } from './log-events.ts'
import { TopicMatcher } from './topic-matcher.ts'
import type { TopicReport } from './topic-report.ts'
import { type KeySlice, rowMaker, TopicRows } from './topic-rows.ts'
import { TopicLetters, TopicTally } from './topic-tally.ts'

/** Contents of a data folder; a run may hold it. */
export interface TopicReconcileReader extends SegmentLog, NamedValues {
  readonly deadLetters: Pick<DeadLetterLog, 'dead' | 'settled'>
}

/** The committed positions of a run, by partition. */
type CommittedPositions = (partition: string) => string | undefined

/** The topic of a source. */
export interface ReconciledTopic {
  /** `kafka:payments` */
  readonly name: string
  /** True if the run may have begun behind the first record. */
  readonly beginsLate: boolean
  /** Opens the records before the positions; without positions all of them. */
  open(source: SourceIR, positions: CommittedPositions | undefined): InputFile
}

export interface TopicReconcileOptions {
  readonly source: string
  readonly topic: ReconciledTopic
  /** Records and events held at a time; `RECONCILE_ROWS` by default. */
  readonly rowsMax?: number
  readonly onProgress?: (stage: string, share: number) => void
}

interface Definitions {
  readonly ir: PipelineIR
  readonly maps: ReadonlyMap<string, RowMap>
}

/** Everything that a comparison reads. */
interface Comparison {
  readonly source: SourceIR
  readonly map: RowMap | undefined
  readonly reader: TopicReconcileReader
  readonly topic: ReconciledTopic
  readonly letters: TopicLetters
  readonly log: Log
  readonly positions: CommittedPositions | undefined
  readonly rowsMax: number
  readonly onProgress: (stage: string, share: number) => void
}

/**
 * Compares the recorded events of a source with the records of its topic.
 *
 * @throws `SPILL_SOURCE` for a topic that cannot be read, or that is not the one that the run read
 * @throws `SPILL_DATA` for a damaged log
 */
export async function reconcileTopic(
  { ir, maps }: Definitions,
  reader: TopicReconcileReader,
  { source: name, topic, rowsMax = limits.RECONCILE_ROWS, onProgress = () => {} }: TopicReconcileOptions,
): Promise<TopicReport> {
  const source = definitionOf(ir.sources, name)
  const { log, positions } = logWithPositions(ir, reader, `${name}=${topic.name}`)
  const letters = new TopicLetters(reader.deadLetters, name, topic.name)
  const comparison: Comparison = { source, map: maps.get(name), reader, topic, letters, log, positions, rowsMax, onProgress }
  const whole = await compareSlices(comparison, 1)
  return typeof whole === 'number' ? ((await compareSlices(comparison, Math.ceil(whole / rowsMax))) as TopicReport) : whole
}

/** The log as it was when the run had these positions: commits change both together. */
function logWithPositions(ir: PipelineIR, reader: TopicReconcileReader, feed: string) {
  for (;;) {
    const log = new Log(reader, { sources: ir.sources, stringsOf: () => new Strings() })
    const prefix = `${positionKey(feed)}#`
    const positions = new Map(reader.named(prefix).map(([name, text]) => [name.slice(prefix.length), text]))
    const last = reader.lastSegment()
    if ((last ? last.first + last.entries : 0) === log.end)
      return { log, positions: positions.size === 0 ? undefined : (partition: string) => positions.get(partition) }
  }
}

/** Compares the keys of each slice in turn. Returns the number of all rows if one slice does not hold them. */
async function compareSlices(comparison: Comparison, count: number): Promise<TopicReport | number> {
  const { source, topic, letters, reader, positions } = comparison
  const forDifferences = new TopicRows(source, undefined, { index: 0, count: 1 }, { onRow: () => {}, onRejected: () => {} })
  const tally = new TopicTally({
    topic: topic.name,
    letters,
    mayBeginLate: topic.beginsLate || logStartOf(reader).entry > 0,
    differencesOf: (record, event) => forDifferences.differences(record, event),
  })
  const sizes = { records: 0, events: 0 }
  for (let index = 0; index < count; index++) {
    const sliceSizes = await compareSlice(comparison, { index, count }, tally)
    if (typeof sliceSizes === 'number') return sliceSizes
    sizes.records += sliceSizes.records
    sizes.events += sliceSizes.events
  }
  const summary = tally.summary()
  const { missing, doubled, different } = summary.faults
  const sound = missing + doubled + different === 0
  return { source: source.name, topic: topic.name, hasPositions: positions !== undefined, ...sizes, ...summary, sound }
}

/** Returns the numbers of records and events of the slice, rejected records with the first; the number of all rows if the only slice has too many. */
async function compareSlice(comparison: Comparison, slice: KeySlice, tally: TopicTally) {
  const { source, map, reader, topic, log, positions, onProgress } = comparison
  const matcher = new TopicMatcher(source, tally)
  // The only slice may have too many rows; one of several may have more, of few keys.
  const rowsMax = slice.count === 1 ? comparison.rowsMax : Infinity
  let [rows, rejected] = [0, 0]
  const hasRoom = (): boolean => {
    rows++
    if (rows === rowsMax + 1) matcher.clear()
    return rows <= rowsMax
  }
  // Records that are no rows have no key.
  const isFirst = slice.index === 0
  const topicRows = new TopicRows(source, map, slice, {
    onRow(row, place) {
      tally.onPlace(place)
      if (hasRoom()) matcher.addRecord(row, place)
    },
    onRejected(rejection) {
      if (!isFirst) return
      rejected++
      tally.onRejectedToday(rejection)
    },
  })
  const file = topic.open(source, positions)
  const shareOf = (share: number): number => (slice.index + share) / slice.count
  for await (const batch of file.batches()) {
    topicRows.read(batch)
    onProgress(`reading ${topic.name}`, shareOf(file.progress() / 2))
  }
  const records = rows
  const makeRow = rowMaker(source, slice)
  for (const [, { row, arrival }] of numberedEvents(reader, log, source, () => true)) {
    const event = makeRow(column => row[column.name] ?? null)
    if (event && hasRoom()) matcher.addEvent(event, arrival)
  }
  onProgress('reading the log', shareOf(1))
  if (rows > rowsMax) return rows
  matcher.finish()
  if (isFirst) tally.explained.skipped = topicRows.skipped
  return { records: records + rejected + (isFirst ? topicRows.skipped : 0), events: rows - records }
}
