/** What filling a gap costs, from a sample of this history on this machine: the rows of one partition of each group, computed and written. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stopwatch } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { ColumnFiles } from '../../files/column-files.ts'
import { Kernel } from '../../kernel/kernel.ts'
import type { AskedFeature, AskedGroup } from './asked.ts'
import type { Partition } from './calendar.ts'
import type { Events } from './events.ts'
import { fill, type FilledPartition, type Filling } from './fill.ts'
import type { GroupGap } from './gap.ts'
import { workFile, type Work } from './work.ts'

export interface Cost {
  /** Files to be written, and events to be read for them, those for more than one piece of work as often. */
  readonly files: number
  readonly events: number
  /** Estimated. */
  readonly seconds: number
  readonly bytes: number
  /** Rows on which that was measured. */
  readonly measured: number
}

/** Of one group. A weight is that of an event, or of a partition where rows are at times. */
interface Rates {
  readonly secondsRead: number
  readonly secondsRow: number
  /** Files that were written of the rows on which that was measured. */
  readonly columns: number
  readonly bytes: ReadonlyMap<string, number>
  readonly measured: number
}

export async function costOf(
  gaps: readonly GroupGap[],
  work: readonly Work[],
  threads: number,
  filling: Omit<Filling, 'folder' | 'files' | 'onRows' | 'onFilled' | 'rowsMax'>,
): Promise<Cost> {
  const scratch = mkdtempSync(join(tmpdir(), 'spillway-backfill-'))
  const files = await ColumnFiles.open(join(scratch, 'duckdb'))
  try {
    const rates = new Map<string, Rates>()
    for (const gap of gaps) {
      const rate = await ratesOf(gap, { ...filling, folder: join(scratch, 'store'), files })
      if (rate) rates.set(gap.asked.group.name, rate)
    }
    const seconds = work.map(piece =>
      secondsOf(piece, rates.get(piece.group)!, gaps.find(({ asked }) => asked.group.name === piece.group)!.asked),
    )
    const all = seconds.reduce((sum, each) => sum + each, 0)
    return {
      ...countsOf(work),
      seconds: Math.max(all / threads, ...seconds),
      bytes: gaps.reduce((sum, gap) => sum + bytesOf(gap, rates.get(gap.asked.group.name)), 0),
      measured: [...rates.values()].reduce((sum, { measured }) => sum + measured, 0),
    }
  } finally {
    files.close()
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** What is not estimated. */
export function countsOf(work: readonly Work[]): Cost {
  return {
    files: work.reduce((sum, { partitions }) => sum + partitions.reduce((n, each) => n + each.files.length, 0), 0),
    events: work.reduce((sum, { cost }) => sum + Math.max(cost.read, cost.rows), 0),
    seconds: NaN,
    bytes: NaN,
    measured: 0,
  }
}

/** Measured on the partition with the most events that lacks something, with all that is missing anywhere. */
async function ratesOf(gap: GroupGap, filling: Omit<Filling, 'onRows' | 'onFilled'>): Promise<Rates | undefined> {
  const { asked, partitions } = gap
  const lacking = partitions.filter(({ files }) => files.length > 0)
  if (lacking.length === 0) return undefined
  const { partition } = lacking.reduce((a, b) => (b.events > a.events ? b : a))
  const missing = [...new Map(lacking.flatMap(({ files }) => files).map(file => [file.file, file])).values()]
  const features = missing.flatMap(({ feature }) => feature ?? [])
  const work: Work = {
    group: asked.group.name,
    features: features.map(({ feature }) => feature.name),
    partitions: [{ partition, files: missing.map(workFile) }],
    from: partition.start,
    cost: { read: 0, rows: 0 },
  }
  const secondsRead = features.length === 0 ? 0 : secondsOfReading(asked, features, partition, filling.events)
  let filled: FilledPartition | undefined
  let rows = 0
  const start = stopwatch()
  const onRows = (more: number): void => void (rows += more)
  await fill(work, asked, { ...filling, rowsMax: limits.BACKFILL_SAMPLE, onRows, onFilled: each => (filled = each) })
  const weight = asked.moments.kind === 'events' ? Math.max(1, rows) : 1
  return {
    secondsRead,
    secondsRow: (stopwatch() - start) / 1000 / weight,
    columns: missing.length,
    bytes: new Map(Object.entries(filled!.files).map(([name, { bytes }]) => [name, bytes / weight])),
    measured: rows,
  }
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

function secondsOf({ features, partitions, cost }: Work, { secondsRead, secondsRow, columns }: Rates, { moments }: AskedGroup): number {
  const rows = moments.kind === 'events' ? cost.rows : partitions.length
  const share = (features.length + 1) / columns
  return Math.max(0, cost.read - cost.rows) * secondsRead + rows * secondsRow * Math.min(1, share)
}

function bytesOf({ asked, partitions }: GroupGap, rates: Rates | undefined): number {
  const isEvents = asked.moments.kind === 'events'
  return partitions.reduce(
    (sum, { events, files }) => sum + files.reduce((of, { file }) => of + (rates?.bytes.get(file) ?? 0) * (isEvents ? events : 1), 0),
    0,
  )
}
