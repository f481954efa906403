/**
 * The features of one group read on a timeline, for all cases or some: by prefix sums where possible, otherwise by a replay, with equal
 * bits.
 */
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

/** The feature columns of a group read, by case. */
export function groupColumns(
  read: GroupRead,
  placed: Placed,
  timeline: World,
  groups: SummedGroups = new SummedGroups(),
  selected?: Uint32Array,
): GroupColumns {
  const { log, caseOf } = timeline
  const columns = columnsOf(placedAt(read, placed), rowsIn(timeline, placed, selected), log, groups)
  if (!caseOf) return columns
  const scattered = columns.map(column => featureScattered(column, caseOf))
  return selected ? scattered.map(column => featurePicked(column, selected)) : scattered
}

/**
 * The same columns as a forward stream, where prefix sums give all of them and the timeline decides in case order; otherwise `undefined`.
 */
export function summedForward(
  read: GroupRead,
  placed: Placed,
  timeline: World,
  groups: SummedGroups,
  selected: Uint32Array,
): SummedColumns | undefined {
  if (timeline.caseOf) return undefined
  const columns = SummedColumns.of(placedAt(read, placed), rowsIn(timeline, placed, selected), timeline.log, groups)
  return columns?.made.size === read.group.features.length ? columns : undefined
}

const placedAt = (read: GroupRead, { place }: Placed): GroupRead => ({ ...read, group: { ...read.group, place } })

/** In a different decision order, cases are selected only after reordering. */
function rowsIn(timeline: World, { by }: Placed, selected: Uint32Array | undefined): Rows {
  const all = { ...timeline.rows, moments: earlier(timeline, by) }
  return selected && !timeline.caseOf ? someRows(all, selected) : all
}

function columnsOf(read: GroupRead, rows: Rows, log: ReplayLog, groups: SummedGroups): FeatureColumn[] {
  const summed = summedColumns(read, rows, log, groups)
  const features = read.group.features.filter((_, index) => !summed[index])
  const replayed = features.length === 0 ? [] : replayedColumns({ ...read, group: { ...read.group, features } }, rows, log)
  let next = 0
  return summed.map(column => column ?? replayed[next++])
}

/** The feature columns by a replay of the kernel. */
export const replayedColumns = (read: GroupRead, rows: Rows, log: ReplayLog): FeatureColumn[] =>
  new Feed(read, rows.moments, log).next(stretchOf(rows))
