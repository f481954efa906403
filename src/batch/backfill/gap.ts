/**
 * Finds the gap of a store: each file that the manifest does not name, that has another definition or other events, or that is missing or
 * damaged on disk.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sumOf } from '../../files/column-files.ts'
import { scheduledTimes } from '../../kernel/schedule.ts'
import type { AskedFeature, AskedGroup } from './asked.ts'
import { partitionsOf, type Partition, type Unit } from './calendar.ts'
import type { Extents } from './events.ts'
import { Inputs, type Input } from './inputs.ts'
import { fileOf, folderOf, ROWS } from './layout.ts'
import type { StoredFile, StoreManifest } from './manifest.ts'

/** `new`: not in the manifest. `changed`: other definition. `events`: other events. `gone`, `damaged`: on disk. */
export type Why = 'new' | 'changed' | 'events' | 'gone' | 'damaged'

/** One file to write. */
export interface MissingFile {
  readonly file: string
  /** Absent for the rows file. */
  readonly feature?: AskedFeature
  readonly why: Why
  readonly code: string
  readonly input: string
}

/** Missing files of one partition. */
export interface PartitionGap {
  readonly partition: Partition
  /** Events of the source that arrived in it. */
  readonly events: number
  readonly files: readonly MissingFile[]
}

/** Missing files of one group. */
export interface GroupGap {
  readonly asked: AskedGroup
  /** Partitions of the history with their missing files, in order. */
  readonly partitions: readonly PartitionGap[]
  /** Partitions of the store that the history does not have. */
  readonly others: number
}

/** Input of the comparison. */
export interface Looking {
  readonly folder: string
  readonly manifest: StoreManifest
  readonly extents: Extents
  /** Only partitions that overlap [from, to), UTC ms. */
  readonly from: number
  readonly to: number
  readonly onProgress: (share: number) => void
}

/**
 * Checks every file of the requested partitions.
 * @throws `SPILL_INPUT` if a file cannot be read.
 */
export function gapOf(asked: AskedGroup, looking: Looking): GroupGap {
  const { manifest, extents, from, to, onProgress } = looking
  const all = partitionsWithRows(asked, extents, manifest.partition)
  const wanted = all.filter(({ start, end }) => end > from && start < to)
  const inputs = new Inputs(asked, extents, manifest.partition)
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
  return { asked, partitions, others: Object.keys(stored).filter(name => !all.some(partition => partition.name === name)).length }
}

type WantedFile = Omit<MissingFile, 'why'> & {
  /** Some of its events were forgotten, so a change of them cannot be detected. */
  readonly isForgotten: boolean
}

const rowsFile = ({ code }: AskedGroup, { text, isForgotten }: Input): WantedFile => ({ file: ROWS, code, input: text, isForgotten })

const featureFile = (feature: AskedFeature, { text, isForgotten }: Input): WantedFile => ({
  file: fileOf(feature.feature.name),
  feature,
  code: feature.code,
  input: text,
  isForgotten,
})

function whyMissing(
  { isForgotten, ...wanted }: WantedFile,
  stored: StoredFile | undefined,
  partition: Partition,
  { group }: AskedGroup,
  { folder, manifest }: Looking,
): MissingFile[] | undefined {
  const because = (why: Why): MissingFile[] => [{ ...wanted, why }]
  if (!stored) return because('new')
  if (stored.code !== wanted.code) return because('changed')
  if (stored.input !== wanted.input && !isForgotten) return because('events')
  const path = join(folderOf(folder, group.name, manifest.partition, partition), wanted.file)
  if (!existsSync(path)) return because('gone')
  if (statSync(path).size !== stored.bytes || sumOf(path).sha256 !== stored.sha256) return because('damaged')
  return undefined
}

function partitionsWithRows({ source, moments }: AskedGroup, { of, span, until }: Extents, unit: Unit): Partition[] {
  const own = span.get(source.name)
  if (!own) return []
  const all = [...partitionsOf(unit, own.first, moments.kind === 'events' ? own.last : Math.max(own.first, until))]
  if (moments.kind === 'events') return all.filter(({ name }) => of.get(source.name)!.has(name))
  return all.filter(({ start, end }) => !scheduledTimes(moments.schedule, start, Math.min(end, until + 1)).next().done)
}
