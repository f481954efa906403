/** Measures the cost of one partition of a group by computing and writing it. */
import { stopwatch, limits, type StrictOmit } from '../../base/index.ts'
import { Kernel, scheduledTimes } from '../../kernel/index.ts'
import type { BackfillFeature, BackfillGroup } from './target.ts'
import type { CalendarPartition, WrittenPartition } from '../../offline/index.ts'
import type { EventHistory, HistoryExtents } from './events.ts'
import { fillWork, type FillOptions } from './fill.ts'
import type { GroupGap, PartitionGap } from './gap.ts'
import { toWorkFile, type BackfillWork } from './work.ts'

/** One measurement. */
export interface CostSample {
  /** Start of the partition, UTC ms. */
  readonly start: number
  /** Events of the source that arrived in it. */
  readonly events: number
  /** Rows computed: the whole partition, or about BACKFILL_SAMPLE. */
  readonly rows: number
  /** Seconds for all rows of the partition, and for applying one event without a read. */
  readonly seconds: number
  readonly secondsRead: number
  /** Files written. */
  readonly columns: number
  /** Bytes of the whole partition, by file. */
  readonly bytes: ReadonlyMap<string, number>
}

type Writing = StrictOmit<FillOptions, 'onRows' | 'onFilled' | 'rowsMax'>

/**
 * Measures a partition with every file that is missing anywhere in the group.
 *
 * Earlier events are applied first, as far as features reach and about BACKFILL_SAMPLE at most: values over empty windows are small and
 * compress too well. `isWarm`: the code is compiled already.
 */
export async function measureSample(
  { group: target, partitions }: GroupGap,
  { partition, events }: PartitionGap,
  writing: Writing,
  extents: HistoryExtents,
  isWarm: boolean,
): Promise<CostSample> {
  const missing = [...new Map(partitions.flatMap(({ files }) => files).map(file => [file.file, file])).values()]
  const features = missing.flatMap(({ feature }) => feature ?? [])
  const before = eventsBefore(target, features, partition, extents)
  const work: BackfillWork = {
    group: target.group.name,
    features: features.map(({ feature }) => feature.name),
    partitions: [{ partition, files: missing.map(toWorkFile) }],
    from: before.from,
    cost: { read: 0, rows: 0 },
  }
  let measurement: Measurement | undefined
  for (const _ of isWarm ? ['again'] : ['first', 'again']) measurement = await measure(work, target, writing)
  const { rows, last, seconds, filled } = measurement!
  const secondsRead = features.length === 0 ? 0 : secondsOfReading(target, features, partition, writing.events)
  const whole = shareComputed(target, partition, { rows, last, events, until: writing.until })
  return {
    start: partition.start,
    events,
    rows,
    seconds: Math.max(seconds / 10, seconds - before.events * secondsRead) / whole,
    secondsRead,
    columns: missing.length,
    bytes: new Map(Object.entries(filled.columns).map(([name, { bytes }]) => [name, bytes / whole])),
  }
}

/** Begin and number of the events to apply before a partition, about. */
function eventsBefore(
  { source }: BackfillGroup,
  features: readonly BackfillFeature[],
  { start }: CalendarPartition,
  { of }: HistoryExtents,
): { readonly from: number; readonly events: number } {
  const reach = Math.max(0, ...features.map(feature => feature.reach))
  let [from, events] = [start, 0]
  for (const extent of [...(of.get(source.name)?.values() ?? [])].reverse()) {
    if (extent.start >= start) continue
    if (events >= limits.BACKFILL_SAMPLE || extent.end <= start - reach) break
    from = Math.max(extent.start, start - reach)
    events += Math.round((extent.events * (extent.end - from)) / (extent.end - extent.start))
  }
  return { from, events }
}

interface Measurement {
  readonly rows: number
  /** Time of the last row, UTC ms. */
  readonly last: number
  readonly seconds: number
  readonly filled: WrittenPartition
}

async function measure(work: BackfillWork, target: BackfillGroup, writing: Writing): Promise<Measurement> {
  let filled: WrittenPartition | undefined
  let [rows, last] = [0, -Infinity]
  const startedAt = stopwatch()
  const onRows = (more: number, t: number): void => void ([rows, last] = [rows + more, t])
  await fillWork(work, target, { ...writing, rowsMax: limits.BACKFILL_SAMPLE, onRows, onFilled: each => (filled = each) })
  return { rows, last, seconds: (stopwatch() - startedAt) / 1000, filled: filled! }
}

/** Share of the rows that the sample computed, above 0; 1 below BACKFILL_SAMPLE rows. */
function shareComputed(
  { rowTimes }: BackfillGroup,
  { start, end }: CalendarPartition,
  { rows, last, events, until }: { readonly rows: number; readonly last: number; readonly events: number; readonly until: number },
): number {
  if (rows < limits.BACKFILL_SAMPLE) return 1
  if (rowTimes.kind === 'events') return Math.min(1, rows / events)
  const times = [...scheduledTimes(rowTimes.schedule, start, Math.min(end, until + 1))]
  return times.filter(time => time <= last).length / times.length
}

/** Seconds to apply one event without a read. */
function secondsOfReading(
  { group, source }: BackfillGroup,
  features: readonly BackfillFeature[],
  { start, end }: CalendarPartition,
  events: EventHistory,
): number {
  const kernel = new Kernel({ ...group, features: features.map(({ feature }) => feature) }, source, { strings: events.strings })
  const startedAt = stopwatch()
  let read = 0
  for (const block of events.blocks(source, new Set(features.flatMap(({ columns }) => columns)), start, end)) {
    kernel.apply(block)
    read += block.length
    if (read >= limits.BACKFILL_SAMPLE) break
  }
  return (stopwatch() - startedAt) / 1000 / Math.max(1, read)
}
