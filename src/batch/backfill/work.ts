/**
 * The work of filling a gap in pieces that can be done apart: of one group, some features over neighbouring partitions, read from where they need it.
 *
 * Exact features are made together. A piece is cut for the cores where what is read twice, before it, is shorter than the piece. One of sums over doubles is a
 * feature alone over one stretch.
 */
import type { AskedFeature, AskedGroup } from './asked.ts'
import { partitionAt, partitionsOf, type Partition, type Unit } from './calendar.ts'
import type { GroupGap, MissingFile, PartitionGap } from './gap.ts'
import { stretchOf } from './stretch.ts'

/** One piece. Plain data, so that a thread can be given it; features are named. */
export interface Work {
  readonly group: string
  readonly features: readonly string[]
  /** Of which partitions which files are to be written, in order. */
  readonly partitions: readonly WorkPartition[]
  /** Rows of every partition from here on are read, so that bits do not depend on which are wanted; absent where only those wanted are. */
  readonly readsFrom?: Partition
  /** Events are read that arrived from here on, UTC ms. */
  readonly from: number
  /** Events that are read, and of how many of them values are. */
  readonly cost: { readonly read: number; readonly rows: number }
}

export interface WorkPartition {
  readonly partition: Partition
  readonly files: readonly WorkFile[]
}

export interface WorkFile extends Pick<MissingFile, 'file' | 'code' | 'input'> {
  /** Absent for the rows. */
  readonly feature?: string
}

export interface Cutting {
  readonly unit: Unit
  readonly threads: number
  /** Events of a source that arrived from one moment up to before another, about. */
  readonly eventsIn: (source: string, from: number, to: number) => number
  /** When the first event of a source arrived, UTC ms. */
  readonly first: (source: string) => number
}

/** The costliest first. */
export function workOf(gaps: readonly GroupGap[], cutting: Cutting): Work[] {
  const work = gaps.flatMap(gap => [
    ...exactWork(gap, cutting, reach => reach < Infinity),
    ...exactWork(gap, cutting, reach => reach === Infinity),
    ...foldedWork(gap, cutting),
  ])
  return work.sort((a, b) => b.cost.read + b.cost.rows - a.cost.read - a.cost.rows)
}

/** Rows go with the features that reach back a finite time, which are cut. */
function exactWork({ asked, partitions }: GroupGap, cutting: Cutting, isOf: (reach: number) => boolean): Work[] {
  const wanted = (file: MissingFile) => (file.feature ? file.feature.exact && isOf(file.feature.reach) : isOf(0))
  const own = partitions.flatMap(gap => {
    const files = gap.files.filter(wanted)
    return files.length > 0 ? [{ ...gap, files }] : []
  })
  return cut(own, reachOf(own), cutting).map(run => {
    const features = asked.features.filter(feature => run.some(({ files }) => files.some(file => file.feature === feature)))
    return pieceOf(asked, features, run, run[0].partition.start - reachOf(run), cutting)
  })
}

const reachOf = (run: readonly PartitionGap[]): number =>
  Math.max(0, ...run.flatMap(({ files }) => files.map(({ feature }) => feature?.reach ?? 0)))

/** Runs of neighbours, cut where so many events were that each core has some, and where so long is nothing wanted that it is shorter to begin anew. */
function cut(partitions: readonly PartitionGap[], reach: number, { threads }: Cutting): PartitionGap[][] {
  const most = partitions.reduce((sum, { events }) => sum + events, 0) / threads
  const runs: PartitionGap[][] = []
  let events = 0
  for (const next of partitions) {
    const run = runs.at(-1)
    const [first, last] = [run?.[0].partition, run?.at(-1)?.partition]
    const isLong = first !== undefined && events + next.events / 2 > most && reach < next.partition.start - first.start
    if (!run || isLong || next.partition.start - last!.end > reach) {
      runs.push([next])
      events = next.events
    } else {
      run.push(next)
      events += next.events
    }
  }
  return runs
}

function foldedWork({ asked, partitions }: GroupGap, cutting: Cutting): Work[] {
  return asked.features.flatMap(feature => {
    if (feature.exact) return []
    const own = partitions.flatMap(gap => {
      const files = gap.files.filter(file => file.feature === feature)
      return files.length > 0 ? [{ ...gap, files }] : []
    })
    const stretches = [...Map.groupBy(own, ({ partition }) => stretchOf(feature, partition, cutting.unit).start)]
    return stretches.map(([start, run]) => {
      const begins = partitionAt(cutting.unit, Math.max(start, cutting.first(asked.source.name)))
      return { ...pieceOf(asked, [feature], run, start - feature.reach, cutting), readsFrom: begins }
    })
  })
}

function pieceOf(
  { group, source }: AskedGroup,
  features: readonly AskedFeature[],
  run: readonly PartitionGap[],
  from: number,
  { eventsIn }: Cutting,
): Work {
  return {
    group: group.name,
    features: features.map(({ feature }) => feature.name),
    partitions: run.map(({ partition, files }) => ({
      partition,
      files: files.map(workFile),
    })),
    from,
    cost: {
      read: features.length === 0 ? 0 : eventsIn(source.name, from, run.at(-1)!.partition.end),
      rows: run.reduce((sum, { events }) => sum + events, 0),
    },
  }
}

export const workFile = ({ file, code, input, feature }: MissingFile): WorkFile => ({
  file,
  code,
  input,
  ...(feature && { feature: feature.feature.name }),
})

/** The partitions whose rows are read, in order, with what is to be written of each. */
export function* partitionsRead(
  { partitions, readsFrom }: Work,
  unit: Unit,
): Generator<Partial<WorkPartition> & Pick<WorkPartition, 'partition'>> {
  if (!readsFrom) return yield* partitions
  const byName = new Map(partitions.map(each => [each.partition.name, each]))
  for (const partition of partitionsOf(unit, readsFrom.start, partitions.at(-1)!.partition.start))
    yield byName.get(partition.name) ?? { partition }
}
