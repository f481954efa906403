/** One partition of a group, computed and written for a measurement. */
import { stopwatch } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { Kernel } from '../../kernel/kernel.ts'
import { scheduledTimes } from '../../kernel/schedule.ts'
import type { AskedFeature, AskedGroup } from './asked.ts'
import type { Partition } from './calendar.ts'
import type { Events, Extents } from './events.ts'
import { fill, type FilledPartition, type Filling } from './fill.ts'
import type { GroupGap, PartitionGap } from './gap.ts'
import { workFile, type Work } from './work.ts'

export interface Sample {
  /** The partition's, UTC ms. */
  readonly start: number
  /** Of the group's source that arrived in it. */
  readonly events: number
  /** Rows that were computed: all of the partition, or about BACKFILL_SAMPLE. */
  readonly rows: number
  /** Of the whole partition's rows, and of one event that is applied and not read. */
  readonly seconds: number
  readonly secondsRead: number
  /** Files that were written. */
  readonly columns: number
  /** Of the whole partition, by file. */
  readonly bytes: ReadonlyMap<string, number>
}

type Writing = Omit<Filling, 'onRows' | 'onFilled' | 'rowsMax'>

/**
 * Measures a partition with all that is missing of the group anywhere. Events before it are applied first, as far as its features reach and at most about
 * BACKFILL_SAMPLE: values over a window that is empty are small, and compress well. `isWarm`: code is compiled already.
 */
export async function sampleOf(
  { asked, partitions }: GroupGap,
  { partition, events }: PartitionGap,
  writing: Writing,
  extents: Extents,
  isWarm: boolean,
): Promise<Sample> {
  const missing = [...new Map(partitions.flatMap(({ files }) => files).map(file => [file.file, file])).values()]
  const features = missing.flatMap(({ feature }) => feature ?? [])
  const before = eventsBefore(asked, features, partition, extents)
  const work: Work = {
    group: asked.group.name,
    features: features.map(({ feature }) => feature.name),
    partitions: [{ partition, files: missing.map(workFile) }],
    from: before.from,
    cost: { read: 0, rows: 0 },
  }
  let measured: Measured | undefined
  for (const _ of isWarm ? ['again'] : ['first', 'again']) measured = await measuredOf(work, asked, writing)
  const { rows, last, seconds, filled } = measured!
  const secondsRead = features.length === 0 ? 0 : secondsOfReading(asked, features, partition, writing.events)
  const whole = partOf(asked, partition, { rows, last, events, until: writing.until })
  return {
    start: partition.start,
    events,
    rows,
    seconds: Math.max(seconds / 10, seconds - before.events * secondsRead) / whole,
    secondsRead,
    columns: missing.length,
    bytes: new Map(Object.entries(filled.files).map(([name, { bytes }]) => [name, bytes / whole])),
  }
}

/** From where on events are applied before a partition, and how many they are, about. */
function eventsBefore(
  { source }: AskedGroup,
  features: readonly AskedFeature[],
  { start }: Partition,
  { of }: Extents,
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

interface Measured {
  readonly rows: number
  /** The time of the last row, UTC ms. */
  readonly last: number
  readonly seconds: number
  readonly filled: FilledPartition
}

async function measuredOf(work: Work, asked: AskedGroup, writing: Writing): Promise<Measured> {
  let filled: FilledPartition | undefined
  let [rows, last] = [0, -Infinity]
  const began = stopwatch()
  const onRows = (more: number, t: number): void => void ([rows, last] = [rows + more, t])
  await fill(work, asked, { ...writing, rowsMax: limits.BACKFILL_SAMPLE, onRows, onFilled: each => (filled = each) })
  return { rows, last, seconds: (stopwatch() - began) / 1000, filled: filled! }
}

/** Share of a partition's rows that the sample computed, above 0; 1 if it computed fewer than BACKFILL_SAMPLE rows. */
function partOf(
  { moments }: AskedGroup,
  { start, end }: Partition,
  { rows, last, events, until }: { readonly rows: number; readonly last: number; readonly events: number; readonly until: number },
): number {
  if (rows < limits.BACKFILL_SAMPLE) return 1
  if (moments.kind === 'events') return Math.min(1, rows / events)
  const times = [...scheduledTimes(moments.schedule, start, Math.min(end, until + 1))]
  return times.filter(time => time <= last).length / times.length
}

/** Of one event that is applied and not read. */
function secondsOfReading(
  { group, source }: AskedGroup,
  features: readonly AskedFeature[],
  { start, end }: Partition,
  events: Events,
): number {
  const kernel = new Kernel({ ...group, features: features.map(({ feature }) => feature) }, source, { strings: events.strings })
  const began = stopwatch()
  let read = 0
  for (const block of events.blocks(source, new Set(features.flatMap(({ columns }) => columns)), start, end)) {
    kernel.apply(block)
    read += block.length
    if (read >= limits.BACKFILL_SAMPLE) break
  }
  return (stopwatch() - began) / 1000 / Math.max(1, read)
}
