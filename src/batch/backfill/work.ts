/**
 * Plans the work of filling a gap: independent pieces of some features of one group over adjacent partitions, with the start of their read.
 *
 * Exact features are computed together. A piece is split among cores where the events read twice, before it, span less time than the piece.
 * A sum over doubles is one feature over one span.
 */
import { sumBy } from '../../base/index.ts'
import type { BackfillFeature, BackfillGroup } from './target.ts'
import { partitionAt, partitionsBetween, type CalendarPartition, type PartitionUnit } from '../../offline/index.ts'
import type { GroupGap, MissingFile, PartitionGap } from './gap.ts'
import { foldStart } from './inputs.ts'

/** One piece of work. Plain data, so that it can be sent to a thread; features are named. */
export interface BackfillWork {
  readonly group: string
  readonly features: readonly string[]
  /** Files to write by partition, in order. */
  readonly partitions: readonly WorkPartition[]
  /**
   * First partition whose rows are all read, so that bits do not depend on the requested files; absent if only requested partitions are
   * read.
   */
  readonly readsFrom?: CalendarPartition
  /** First arrival to read, UTC ms. */
  readonly from: number
  /** Events read, and events whose rows are computed. */
  readonly cost: { readonly read: number; readonly rows: number }
}

/** Files of one partition. */
export interface WorkPartition {
  readonly partition: CalendarPartition
  readonly files: readonly WorkFile[]
}

/** One column to write. */
export interface WorkFile extends Pick<MissingFile, 'file' | 'code' | 'input'> {
  /** Absent for the rows file. */
  readonly feature?: string
}

/** Input of the plan. */
export interface WorkPlanOptions {
  readonly unit: PartitionUnit
  readonly threads: number
  /** Events of a source that arrived in [from, to), about. */
  readonly eventsIn: (source: string, from: number, to: number) => number
  /** First arrival of a source, UTC ms. */
  readonly first: (source: string) => number
}

/** Plans the work, most expensive pieces first. */
export function planWork(gaps: readonly GroupGap[], options: WorkPlanOptions): BackfillWork[] {
  const work = gaps.flatMap(gap => [
    ...exactWork(gap, options, reach => reach < Infinity),
    ...exactWork(gap, options, reach => reach === Infinity),
    ...foldedWork(gap, options),
  ])
  return work.sort((a, b) => b.cost.read + b.cost.rows - a.cost.read - a.cost.rows)
}

/** The rows file goes with the features of finite reach, whose work is split. */
function exactWork({ group: target, partitions }: GroupGap, options: WorkPlanOptions, isOf: (reach: number) => boolean): BackfillWork[] {
  const isIncluded = (file: MissingFile) => (file.feature ? file.feature.exact && isOf(file.feature.reach) : isOf(0))
  const selected = partitions.flatMap(gap => {
    const files = gap.files.filter(isIncluded)
    return files.length > 0 ? [{ ...gap, files }] : []
  })
  return splitRanges(selected, reachOf(selected), options).map(range => {
    const features = target.features.filter(feature => range.some(({ files }) => files.some(file => file.feature === feature)))
    return pieceOf(target, features, range, range[0].partition.start - reachOf(range), options)
  })
}

const reachOf = (range: readonly PartitionGap[]): number =>
  Math.max(0, ...range.flatMap(({ files }) => files.map(({ feature }) => feature?.reach ?? 0)))

/** Ranges of adjacent partitions. A range ends where each core has its share, and at a pause so long that a new read is cheaper. */
function splitRanges(partitions: readonly PartitionGap[], reach: number, { threads }: WorkPlanOptions): PartitionGap[][] {
  const most = sumBy(partitions, ({ events }) => events) / threads
  const ranges: PartitionGap[][] = []
  let events = 0
  for (const next of partitions) {
    const range = ranges.at(-1)
    const [first, last] = [range?.[0].partition, range?.at(-1)?.partition]
    const isLong = first !== undefined && events + next.events / 2 > most && reach < next.partition.start - first.start
    if (!range || isLong || next.partition.start - last!.end > reach) {
      ranges.push([next])
      events = next.events
    } else {
      range.push(next)
      events += next.events
    }
  }
  return ranges
}

function foldedWork({ group: target, partitions }: GroupGap, options: WorkPlanOptions): BackfillWork[] {
  return target.features.flatMap(feature => {
    if (feature.exact) return []
    const selected = partitions.flatMap(gap => {
      const files = gap.files.filter(file => file.feature === feature)
      return files.length > 0 ? [{ ...gap, files }] : []
    })
    const spans = [...Map.groupBy(selected, ({ partition }) => foldStart(feature, partition, options.unit))]
    return spans.map(([start, range]) => {
      const firstPartition = partitionAt(options.unit, Math.max(start, options.first(target.source.name)))
      return { ...pieceOf(target, [feature], range, start - feature.reach, options), readsFrom: firstPartition }
    })
  })
}

function pieceOf(
  { group, source }: BackfillGroup,
  features: readonly BackfillFeature[],
  range: readonly PartitionGap[],
  from: number,
  { eventsIn }: WorkPlanOptions,
): BackfillWork {
  return {
    group: group.name,
    features: features.map(({ feature }) => feature.name),
    partitions: range.map(({ partition, files }) => ({
      partition,
      files: files.map(toWorkFile),
    })),
    from,
    cost: {
      read: features.length === 0 ? 0 : eventsIn(source.name, from, range.at(-1)!.partition.end),
      rows: sumBy(range, ({ events }) => events),
    },
  }
}

/** The plain-data form of a missing file. */
export const toWorkFile = ({ file, code, input, feature }: MissingFile): WorkFile => ({
  file,
  code,
  input,
  ...(feature && { feature: feature.feature.name }),
})

/** Partitions to read, in order, with the files to write. */
export function* partitionsToRead(
  { partitions, readsFrom }: BackfillWork,
  unit: PartitionUnit,
): Generator<Partial<WorkPartition> & Pick<WorkPartition, 'partition'>> {
  if (!readsFrom) return yield* partitions
  const byName = new Map(partitions.map(each => [each.partition.name, each]))
  for (const partition of partitionsBetween(unit, readsFrom.start, partitions.at(-1)!.partition.start))
    yield byName.get(partition.name) ?? { partition }
}
