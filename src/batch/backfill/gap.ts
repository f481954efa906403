/**
 * Finds the gap of a table: each column of a partition that is not committed, that has another definition or other events, or that is missing
 * or damaged.
 */
import type { StrictOmit } from '../../base/index.ts'
import { scheduledTimes } from '../../kernel/index.ts'
import type { BackfillFeature, BackfillGroup } from './target.ts'
import {
  partitionsBetween,
  type CalendarPartition,
  type PartitionUnit,
  featureColumnName,
  ROWS_COLUMN,
  type FeatureTable,
  type StoredColumn,
} from '../../offline/index.ts'
import type { HistoryExtents } from './events.ts'
import { InputDigests, type InputDigest } from './inputs.ts'

/** `new`: not committed. `changed`: other definition. `events`: other events. `gone`, `damaged`: not as it was written. */
export type FileGapReason = 'new' | 'changed' | 'events' | 'gone' | 'damaged'

/** One column of a partition to write. */
export interface MissingFile {
  /** Its name, as in `FeatureTable`. */
  readonly file: string
  /** Absent for the rows file. */
  readonly feature?: BackfillFeature
  readonly why: FileGapReason
  readonly code: string
  readonly input: string
}

/** Missing files of one partition. */
export interface PartitionGap {
  readonly partition: CalendarPartition
  /** Events of the source that arrived in it. */
  readonly events: number
  readonly files: readonly MissingFile[]
}

/** Missing files of one group. */
export interface GroupGap {
  readonly group: BackfillGroup
  /** Partitions of the history with their missing files, in order. */
  readonly partitions: readonly PartitionGap[]
  /** Partitions of the table that the history does not have. */
  readonly obsolete: number
}

/** Input of the comparison. */
export interface GapOptions {
  readonly table: FeatureTable
  readonly extents: HistoryExtents
  /** Only partitions that overlap [from, to), UTC ms. */
  readonly from: number
  readonly to: number
  readonly onProgress: (share: number) => void
}

/**
 * Checks every column of the requested partitions.
 * @throws (rejects with) `SPILL_FILE` if a column cannot be read.
 */
export async function findGroupGap(target: BackfillGroup, { table, extents, from, to, onProgress }: GapOptions): Promise<GroupGap> {
  const all = partitionsWithRows(target, extents, table.unit)
  const inRange = all.filter(({ start, end }) => end > from && start < to)
  const inputs = new InputDigests(target, extents, table.unit)
  const stored = await table.partitions(target.group.name)
  const partitions: PartitionGap[] = []
  for (const partition of inRange) {
    const files = [
      rowsFile(target, inputs.ofRows(partition)),
      ...target.features.map(feature => featureFile(feature, inputs.of(feature, partition))),
    ]
    const missing: MissingFile[] = []
    for (const { isForgotten, ...file } of files) {
      const why = outdated(file, stored[partition.name]?.columns[file.file], isForgotten)
      const reason = why ?? (await table.damageOf(target.group.name, partition, file.file))
      if (reason !== undefined) missing.push({ ...file, why: reason })
    }
    partitions.push({ partition, events: extents.of.get(target.source.name)?.get(partition.name)?.events ?? 0, files: missing })
    onProgress(partitions.length / inRange.length)
  }
  return { group: target, partitions, obsolete: Object.keys(stored).filter(name => !all.some(partition => partition.name === name)).length }
}

type WantedFile = StrictOmit<MissingFile, 'why'> & {
  /** Some of its events were forgotten, so a change of them cannot be detected. */
  readonly isForgotten: boolean
}

const rowsFile = ({ code }: BackfillGroup, { text, isForgotten }: InputDigest): WantedFile => ({
  file: ROWS_COLUMN,
  code,
  input: text,
  isForgotten,
})

const featureFile = (feature: BackfillFeature, { text, isForgotten }: InputDigest): WantedFile => ({
  file: featureColumnName(feature.feature.name),
  feature,
  code: feature.code,
  input: text,
  isForgotten,
})

/** The reason why a column is not what it should be, as far as its tokens tell. */
function outdated(
  { code, input }: StrictOmit<WantedFile, 'isForgotten'>,
  stored: StoredColumn | undefined,
  isForgotten: boolean,
): FileGapReason | undefined {
  if (!stored) return 'new'
  if (stored.code !== code) return 'changed'
  return stored.input !== input && !isForgotten ? 'events' : undefined
}

function partitionsWithRows(
  { source, rowTimes }: BackfillGroup,
  { of, span, until }: HistoryExtents,
  unit: PartitionUnit,
): CalendarPartition[] {
  const arrivals = span.get(source.name)
  if (!arrivals) return []
  const all = [...partitionsBetween(unit, arrivals.first, rowTimes.kind === 'events' ? arrivals.last : Math.max(arrivals.first, until))]
  if (rowTimes.kind === 'events') return all.filter(({ name }) => of.get(source.name)!.has(name))
  return all.filter(({ start, end }) => !scheduledTimes(rowTimes.schedule, start, Math.min(end, until + 1)).next().done)
}
