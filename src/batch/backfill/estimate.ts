/** Estimates the cost of filling a gap: computes and writes rows of some partitions of each group, on this machine. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ColumnFiles } from '../../files/column-files.ts'
import type { Events, Extents } from './events.ts'
import type { Filling } from './fill.ts'
import type { GroupGap, PartitionGap } from './gap.ts'
import { sampleOf, type Sample } from './sample.ts'
import type { Work } from './work.ts'

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

export interface Measuring extends Pick<Filling, 'unit'> {
  readonly events: Events
  readonly extents: Extents
}

export async function costOf(
  gaps: readonly GroupGap[],
  work: readonly Work[],
  threads: number,
  { events, unit, extents }: Measuring,
): Promise<Cost> {
  const scratch = mkdtempSync(join(tmpdir(), 'spillway-backfill-'))
  const files = await ColumnFiles.open(join(scratch, 'duckdb'))
  const { until, forgotten } = extents
  try {
    const rates = new Map<string, Rates>()
    for (const gap of gaps) {
      const samples: Sample[] = []
      for (const chosen of sampledOf(gap))
        samples.push(
          await sampleOf(
            gap,
            chosen,
            { events, unit, until, forgotten, folder: join(scratch, 'store'), files },
            extents,
            samples.length > 0,
          ),
        )
      if (samples.length > 0) rates.set(gap.asked.group.name, new Rates(gap, samples))
    }
    const seconds = work.map(piece => rates.get(piece.group)!.secondsOf(piece))
    const all = seconds.reduce((sum, each) => sum + each, 0)
    const each = [...rates.values()]
    return {
      ...countsOf(work),
      seconds: Math.max(all / threads, ...seconds),
      bytes: each.reduce((sum, rate) => sum + rate.bytes, 0),
      measured: each.reduce((sum, rate) => sum + rate.rows, 0),
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

/**
 * The partitions to measure, of those that lack something. Rows at events: the one with the most, the last of them. Rows at times: the first, the middle and the last, since live keys become more while the
 * history begins.
 */
function sampledOf({ asked, partitions }: GroupGap): PartitionGap[] {
  const lacking = partitions.filter(({ files }) => files.length > 0)
  if (lacking.length === 0) return []
  if (asked.moments.kind === 'events') return [lacking.reduce((a, b) => (b.events >= a.events ? b : a))]
  const places = new Set([0, Math.floor((lacking.length - 1) / 2), lacking.length - 1])
  return [...places].map(place => lacking[place])
}

/** Costs of the partitions of one group, estimated from the samples. */
class Rates {
  readonly #gap: GroupGap
  /** In order of time; at least one. */
  readonly #samples: readonly Sample[]

  constructor(gap: GroupGap, samples: readonly Sample[]) {
    this.#gap = gap
    this.#samples = samples
  }

  /** Rows on which it was measured. */
  get rows(): number {
    return this.#samples.reduce((sum, { rows }) => sum + rows, 0)
  }

  /** Of all files that are missing. */
  get bytes(): number {
    return this.#gap.partitions.reduce(
      (sum, gap) => sum + gap.files.reduce((of, { file }) => of + this.#at(gap, ({ bytes }) => bytes.get(file) ?? 0), 0),
      0,
    )
  }

  secondsOf({ features, partitions, cost }: Work): number {
    const [{ secondsRead, columns }] = this.#samples
    const share = Math.min(1, (features.length + 1) / columns)
    const named = new Map(this.#gap.partitions.map(gap => [gap.partition.name, gap]))
    const rows = partitions.reduce((sum, { partition }) => sum + this.#at(named.get(partition.name)!, ({ seconds }) => seconds), 0)
    return Math.max(0, cost.read - cost.rows) * secondsRead + rows * share
  }

  /** Of a partition: in proportion to its events, or between the two samples that are next to it in time. */
  #at({ partition: { start }, events }: PartitionGap, of: (sample: Sample) => number): number {
    const samples = this.#samples
    if (this.#gap.asked.moments.kind === 'events') return (of(samples[0]) / Math.max(1, samples[0].events)) * events
    const later = samples.find(sample => sample.start >= start) ?? samples.at(-1)!
    const earlier = samples.findLast(sample => sample.start <= start) ?? samples[0]
    if (later.start === earlier.start) return of(later)
    const share = (start - earlier.start) / (later.start - earlier.start)
    return of(earlier) * (1 - share) + of(later) * share
  }
}
