/** Estimates the cost of filling a gap, by computing and writing rows of some partitions of each group on this machine. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sumBy } from '../../base/index.ts'
import { openParquetWriter } from '../../offline/parquet/index.ts'
import type { EventHistory, HistoryExtents } from './events.ts'
import type { FillOptions } from './fill.ts'
import type { GroupGap, PartitionGap } from './gap.ts'
import { measureSample, type CostSample } from './sample.ts'
import type { BackfillWork } from './work.ts'

/** Cost of filling a gap. */
export interface BackfillCost {
  /** Files to write and events to read; events of several pieces of work count once for each. */
  readonly files: number
  readonly events: number
  /** Estimated duration and size. */
  readonly seconds: number
  readonly bytes: number
  /** Rows measured for the estimate. */
  readonly measured: number
}

/** Input of the measurement. */
export interface MeasurementInput extends Pick<FillOptions, 'unit'> {
  readonly events: EventHistory
  readonly extents: HistoryExtents
}

/** Estimates seconds and bytes from measured samples. */
export async function estimateCost(
  gaps: readonly GroupGap[],
  work: readonly BackfillWork[],
  threads: number,
  { events, unit, extents }: MeasurementInput,
): Promise<BackfillCost> {
  const scratch = mkdtempSync(join(tmpdir(), 'spillway-backfill-'))
  const writer = await openParquetWriter(join(scratch, 'store'), unit, join(scratch, 'duckdb'))
  const { until, forgotten } = extents
  try {
    const rates = new Map<string, Rates>()
    for (const gap of gaps) {
      const samples: CostSample[] = []
      for (const chosen of sampledOf(gap))
        samples.push(await measureSample(gap, chosen, { events, unit, until, forgotten, writer }, extents, samples.length > 0))
      if (samples.length > 0) rates.set(gap.group.group.name, new Rates(gap, samples))
    }
    const seconds = work.map(piece => rates.get(piece.group)!.secondsOf(piece))
    const all = sumBy(seconds, each => each)
    const each = [...rates.values()]
    return {
      ...exactCounts(work),
      seconds: Math.max(all / threads, ...seconds),
      bytes: sumBy(each, rate => rate.bytes),
      measured: sumBy(each, rate => rate.rows),
    }
  } finally {
    writer.close()
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The exact counts, without estimates. */
export function exactCounts(work: readonly BackfillWork[]): BackfillCost {
  return {
    files: sumBy(work, ({ partitions }) => sumBy(partitions, each => each.files.length)),
    events: sumBy(work, ({ cost }) => Math.max(cost.read, cost.rows)),
    seconds: NaN,
    bytes: NaN,
    measured: 0,
  }
}

/**
 * Partitions to measure, among those with missing files. Rows at events: the partition with most events, the last of equal ones. Rows at
 * times: the first, middle and last, since the number of live keys grows at the start of a history.
 */
function sampledOf({ group: target, partitions }: GroupGap): PartitionGap[] {
  const lacking = partitions.filter(({ files }) => files.length > 0)
  if (lacking.length === 0) return []
  if (target.rowTimes.kind === 'events') return [lacking.reduce((a, b) => (b.events >= a.events ? b : a))]
  const places = new Set([0, Math.floor((lacking.length - 1) / 2), lacking.length - 1])
  return [...places].map(place => lacking[place])
}

/** Cost rates of one group, from its samples. */
class Rates {
  readonly #gap: GroupGap
  /** In time order; at least one sample. */
  readonly #samples: readonly CostSample[]

  constructor(gap: GroupGap, samples: readonly CostSample[]) {
    this.#gap = gap
    this.#samples = samples
  }

  /** Rows measured. */
  get rows(): number {
    return sumBy(this.#samples, ({ rows }) => rows)
  }

  /** Estimated bytes of all missing files. */
  get bytes(): number {
    return sumBy(this.#gap.partitions, gap => sumBy(gap.files, ({ file }) => this.#at(gap, ({ bytes }) => bytes.get(file) ?? 0)))
  }

  secondsOf({ features, partitions, cost }: BackfillWork): number {
    const [{ secondsRead, columns }] = this.#samples
    const share = Math.min(1, (features.length + 1) / columns)
    const named = new Map(this.#gap.partitions.map(gap => [gap.partition.name, gap]))
    const rows = sumBy(partitions, ({ partition }) => this.#at(named.get(partition.name)!, ({ seconds }) => seconds))
    return Math.max(0, cost.read - cost.rows) * secondsRead + rows * share
  }

  /** Estimate for a partition: in proportion to its events, or interpolated between the two nearest samples in time. */
  #at({ partition: { start }, events }: PartitionGap, of: (sample: CostSample) => number): number {
    const samples = this.#samples
    if (this.#gap.group.rowTimes.kind === 'events') return (of(samples[0]) / Math.max(1, samples[0].events)) * events
    const later = samples.find(sample => sample.start >= start) ?? samples.at(-1)!
    const earlier = samples.findLast(sample => sample.start <= start) ?? samples[0]
    if (later.start === earlier.start) return of(later)
    const share = (start - earlier.start) / (later.start - earlier.start)
    return of(earlier) * (1 - share) + of(later) * share
  }
}
