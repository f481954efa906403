/** The features of one group read, of all cases or of some, as read in a world: what a replay of it gives, and to the bit the same from prefix sums where those will do. */
import type { FeatureColumn } from '../../../aggregate/aggregate.ts'
import type { GroupRead } from '../../../decision/reads.ts'
import { Feed } from '../../../replay/feed.ts'
import type { ReplayLog } from '../../../replay/log.ts'
import type { GroupColumns } from '../timeline/column-cache.ts'
import { featurePicked, featureScattered } from '../timeline/feature-columns.ts'
import { earlier, type Placed } from '../operators/group.ts'
import { summedColumns, SummedColumns } from '../prefix-sums/summed-columns.ts'
import { SummedGroups } from '../prefix-sums/summed-groups.ts'
import { someRows, stretchOf, type Rows } from '../timeline/rows.ts'
import type { World } from '../timeline/world.ts'

export function groupColumns(
  read: GroupRead,
  placed: Placed,
  world: World,
  groups: SummedGroups = new SummedGroups(),
  some?: Uint32Array,
): GroupColumns {
  const { log, caseOf } = world
  const columns = columnsOf(placedAt(read, placed), rowsIn(world, placed, some), log, groups)
  if (!caseOf) return columns
  const scattered = columns.map(column => featureScattered(column, caseOf))
  return some ? scattered.map(column => featurePicked(column, some)) : scattered
}

/** The same forward, stretch after stretch, where all of them are made of sums and the world decides in the order of the cases. */
export function summedForward(
  read: GroupRead,
  placed: Placed,
  world: World,
  groups: SummedGroups,
  some: Uint32Array,
): SummedColumns | undefined {
  if (world.caseOf) return undefined
  const columns = SummedColumns.of(placedAt(read, placed), rowsIn(world, placed, some), world.log, groups)
  return columns?.made.size === read.group.features.length ? columns : undefined
}

const placedAt = (read: GroupRead, { place }: Placed): GroupRead => ({ ...read, group: { ...read.group, place } })

/** In another order some are not looked for before they are in that of the cases. */
function rowsIn(world: World, { by }: Placed, some: Uint32Array | undefined): Rows {
  const all = { ...world.rows, moments: earlier(world, by) }
  return some && !world.caseOf ? someRows(all, some) : all
}

function columnsOf(read: GroupRead, rows: Rows, log: ReplayLog, groups: SummedGroups): FeatureColumn[] {
  const summed = summedColumns(read, rows, log, groups)
  const features = read.group.features.filter((_, index) => !summed[index])
  const replayed = features.length === 0 ? [] : replayedColumns({ ...read, group: { ...read.group, features } }, rows, log)
  let next = 0
  return summed.map(column => column ?? replayed[next++])
}

/** As the kernel says. */
export const replayedColumns = (read: GroupRead, rows: Rows, log: ReplayLog): FeatureColumn[] =>
  new Feed(read, rows.moments, log).next(stretchOf(rows))
