/**
 * What a store lacks: each file that its manifest does not name, that is of another definition or other events, or that is not on the disk as it was written.
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

/** `new`: there is none. `changed`: of another definition. `events`: of other events. `gone` or `damaged`: on the disk. */
export type Why = 'new' | 'changed' | 'events' | 'gone' | 'damaged'

export interface MissingFile {
  readonly file: string
  /** Absent for the rows. */
  readonly feature?: AskedFeature
  readonly why: Why
  readonly code: string
  readonly input: string
}

export interface PartitionGap {
  readonly partition: Partition
  /** Events of the group's source that arrived in it. */
  readonly events: number
  readonly files: readonly MissingFile[]
}

export interface GroupGap {
  readonly asked: AskedGroup
  /** Those that the history has, with whatever is missing of them, in order. */
  readonly partitions: readonly PartitionGap[]
  /** Partitions that the store has, and the history has not. */
  readonly others: number
}

export interface Looking {
  readonly folder: string
  readonly manifest: StoreManifest
  readonly extents: Extents
  /** Partitions that hold a part of [from, to) alone, UTC ms. */
  readonly from: number
  readonly to: number
  readonly onProgress: (share: number) => void
}

/** Looks at every file of the partitions wanted. Throws `SPILL_INPUT` where one cannot be read. */
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
  /** Events that it is made from were forgotten: that they are others cannot be seen. */
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
