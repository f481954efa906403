/**
 * Finds the gap of a store: each file that the manifest does not name, that has another definition or other events, or that is missing or
 * damaged on disk.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileChecksum } from '../../files/column-files.ts'
import { scheduledTimes } from '../../kernel/schedule.ts'
import type { BackfillFeature, BackfillGroup } from './target.ts'
import { partitionsBetween, type CalendarPartition, type PartitionUnit } from './calendar.ts'
import type { HistoryExtents } from './events.ts'
import { InputDigests, type InputDigest } from './inputs.ts'
import { featureFileName, partitionFolder, ROWS_FILE } from './layout.ts'
import type { StoredFile, StoreManifest } from './manifest.ts'

/** `new`: not in the manifest. `changed`: other definition. `events`: other events. `gone`, `damaged`: on disk. */
export type FileGapReason = 'new' | 'changed' | 'events' | 'gone' | 'damaged'

/** One file to write. */
export interface MissingFile {
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
  /** Partitions of the store that the history does not have. */
  readonly obsolete: number
}

/** Input of the comparison. */
export interface GapOptions {
  readonly folder: string
  readonly manifest: StoreManifest
  readonly extents: HistoryExtents
  /** Only partitions that overlap [from, to), UTC ms. */
  readonly from: number
  readonly to: number
  readonly onProgress: (share: number) => void
}

/**
 * Checks every file of the requested partitions.
 * @throws `SPILL_FILE` if a file cannot be read.
 */
export function findGroupGap(asked: BackfillGroup, looking: GapOptions): GroupGap {
  const { manifest, extents, from, to, onProgress } = looking
  const all = partitionsWithRows(asked, extents, manifest.partition)
  const wanted = all.filter(({ start, end }) => end > from && start < to)
  const inputs = new InputDigests(asked, extents, manifest.partition)
  const stored = manifest.groups[asked.group.name] ?? {}
  const partitions = wanted.map((partition, i): PartitionGap => {
    const files = [
      rowsFile(asked, inputs.ofRows(partition)),
      ...asked.features.map(feature => featureFile(feature, inputs.of(feature, partition))),
    ]
    const missing = files.flatMap(file => whyMissing(file, stored[partition.name]?.files[file.file], partition, asked, looking) ?? [])
    onProgress((i + 1) / wanted.length)
    return { partition, events: extents.of.get(asked.source.name)?.get(partition.name)?.events ?? 0, files: missing }
  })
  return { group: asked, partitions, obsolete: Object.keys(stored).filter(name => !all.some(partition => partition.name === name)).length }
}

type WantedFile = Omit<MissingFile, 'why'> & {
  /** Some of its events were forgotten, so a change of them cannot be detected. */
  readonly isForgotten: boolean
}

const rowsFile = ({ code }: BackfillGroup, { text, isForgotten }: InputDigest): WantedFile => ({
  file: ROWS_FILE,
  code,
  input: text,
  isForgotten,
})

const featureFile = (feature: BackfillFeature, { text, isForgotten }: InputDigest): WantedFile => ({
  file: featureFileName(feature.feature.name),
  feature,
  code: feature.code,
  input: text,
  isForgotten,
})

function whyMissing(
  { isForgotten, ...wanted }: WantedFile,
  stored: StoredFile | undefined,
  partition: CalendarPartition,
  { group }: BackfillGroup,
  { folder, manifest }: GapOptions,
): MissingFile[] | undefined {
  const because = (why: FileGapReason): MissingFile[] => [{ ...wanted, why }]
  if (!stored) return because('new')
  if (stored.code !== wanted.code) return because('changed')
  if (stored.input !== wanted.input && !isForgotten) return because('events')
  const path = join(partitionFolder(folder, group.name, manifest.partition, partition), wanted.file)
  if (!existsSync(path)) return because('gone')
  if (statSync(path).size !== stored.bytes || fileChecksum(path).sha256 !== stored.sha256) return because('damaged')
  return undefined
}

function partitionsWithRows(
  { source, rowTimes: moments }: BackfillGroup,
  { of, span, until }: HistoryExtents,
  unit: PartitionUnit,
): CalendarPartition[] {
  const own = span.get(source.name)
  if (!own) return []
  const all = [...partitionsBetween(unit, own.first, moments.kind === 'events' ? own.last : Math.max(own.first, until))]
  if (moments.kind === 'events') return all.filter(({ name }) => of.get(source.name)!.has(name))
  return all.filter(({ start, end }) => !scheduledTimes(moments.schedule, start, Math.min(end, until + 1)).next().done)
}
