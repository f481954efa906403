/**
 * The features of one group read on a timeline, for all cases or some: by prefix sums where possible, otherwise by a replay, with equal
 * bits.
 */
import { type FeatureColumn, selectFeatureRows } from '../../../aggregate/index.ts'
import type { GroupRead } from '../../../decision/index.ts'
import { FeatureFeed, type ReplayLog } from '../../../replay/index.ts'
import type { GroupColumns } from '../timeline/case-columns.ts'
import { earlierPoints, type PlacedGroup } from '../settings/group-setting.ts'
import { summedColumns, SummedColumns } from '../prefix-sums/summed-columns.ts'
import { SummedGroups } from '../prefix-sums/summed-groups.ts'
import { selectRows, wholeRange, type DecisionRows, type Timeline } from '../timeline/timeline.ts'

/** The feature columns of a group read, by case. */
export function groupColumns(
  read: GroupRead,
  placed: PlacedGroup,
  timeline: Timeline,
  groups: SummedGroups = new SummedGroups(),
  selected?: Uint32Array,
): GroupColumns {
  const { log, caseOf } = timeline
  const columns = columnsOf(placedAt(read, placed), rowsIn(timeline, placed, selected), log, groups)
  if (!caseOf) return columns
  const rowOf = new Uint32Array(caseOf.length)
  caseOf.forEach((at, row) => (rowOf[at] = row))
  const rows = selected ? selected.map(at => rowOf[at]) : rowOf
  return columns.map(column => selectFeatureRows(column, rows))
}

/**
 * The same columns as a forward stream, where prefix sums give all of them and the timeline decides in case order; otherwise `undefined`.
 */
export function streamedSumColumns(
  read: GroupRead,
  placed: PlacedGroup,
  timeline: Timeline,
  groups: SummedGroups,
  selected: Uint32Array,
): SummedColumns | undefined {
  if (timeline.caseOf) return undefined
  const columns = SummedColumns.of(placedAt(read, placed), rowsIn(timeline, placed, selected), timeline.log, groups)
  return columns?.featureIndices.size === read.group.features.length ? columns : undefined
}

const placedAt = (read: GroupRead, { place }: PlacedGroup): GroupRead => ({ ...read, group: { ...read.group, place } })

/** In a different decision order, cases are selected only after reordering. */
function rowsIn(timeline: Timeline, { addedAge }: PlacedGroup, selected: Uint32Array | undefined): DecisionRows {
  const all = { ...timeline.rows, points: earlierPoints(timeline, addedAge) }
  return selected && !timeline.caseOf ? selectRows(all, selected) : all
}

function columnsOf(read: GroupRead, rows: DecisionRows, log: ReplayLog, groups: SummedGroups): FeatureColumn[] {
  const summed = summedColumns(read, rows, log, groups)
  const features = read.group.features.filter((_, index) => !summed[index])
  const replayed = features.length === 0 ? [] : replayedColumns({ ...read, group: { ...read.group, features } }, rows, log)
  let next = 0
  return summed.map(column => column ?? replayed[next++])
}

/** The feature columns by a replay of the kernel. */
export const replayedColumns = (read: GroupRead, rows: DecisionRows, log: ReplayLog): FeatureColumn[] =>
  new FeatureFeed(read, rows.points, log).next(wholeRange(rows))
