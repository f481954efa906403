/**
 * A store of feature values, filled exactly where it lacks something.
 *
 * First it is looked for what is missing, and how much that costs; then it is made, on all cores, a partition's files at a time. Each file is a function of its
 * definition and of the events, so that a store that was filled in any order, after any damage, is to the byte the one that was made at once.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stopwatch } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import { ColumnFiles } from '../../files/column-files.ts'
import type { Asked } from './asked.ts'
import type { Unit } from './calendar.ts'
import { Crew, stopped, type EventsFrom } from './crew.ts'
import { costOf, countsOf, type Cost } from './estimate.ts'
import type { Events, Extents } from './events.ts'
import { fill, type FilledPartition } from './fill.ts'
import { gapOf, type GroupGap } from './gap.ts'
import { hashOfFiles, hashOfStore, readManifest, writeManifest, type StoreManifest } from './manifest.ts'
import { workOf, type Work } from './work.ts'

/** A history, as it is read here and in threads. */
export interface History {
  readonly events: Events
  readonly extents: Extents
  /** For threads; called once work begins on more than one. */
  readonly from: () => EventsFrom
}

export interface BackfillOptions {
  readonly asked: Asked
  readonly history: History
  readonly folder: string
  readonly unit: Unit
  /** Partitions that hold a part of [from, to) alone, UTC ms. */
  readonly from?: number
  readonly to?: number
  readonly threads: number
  /** Threads that began already; whoever began them closes them. */
  readonly crew?: Crew | undefined
  /** Events from which on work is given to threads, which take a while to begin. */
  readonly onThreadsFrom?: number
  /** False: what it costs is not measured, and NaN. */
  readonly isMeasured?: boolean
  readonly onProgress?: (stage: string, share: number) => void
}

/** What is missing, and the work of filling it. */
export interface Gap {
  readonly groups: readonly GroupGap[]
  readonly work: readonly Work[]
  readonly cost: Cost
  readonly manifest: StoreManifest
}

export interface Filled {
  readonly files: number
  /** Of the partitions of which something was filled. */
  readonly rows: number
  readonly bytes: number
  readonly seconds: number
  /** Of all that the store has: the same for the same history and definitions. */
  readonly hash: string
}

/** Throws as `readManifest` and `gapOf` do. */
export async function lookForGap(options: BackfillOptions): Promise<Gap> {
  const { asked, history, folder, unit, from = -Infinity, to = Infinity, threads, isMeasured = true, onProgress } = options
  const { events, extents } = history
  const manifest = readManifest(folder, unit)
  const show = (share: number): void => onProgress?.(`checking ${folder}`, share)
  const groups = asked.groups.map(group => gapOf(group, { folder, manifest, extents, from, to, onProgress: show }))
  const work = workOf(groups, { unit, threads, eventsIn: eventsIn(extents), first: source => extents.span.get(source)!.first })
  const cost = isMeasured ? await costOf(groups, work, threads, { events, unit, extents }) : countsOf(work)
  return { groups, work, cost, manifest }
}

/** Whole partitions that a stretch touches, by their share of it. */
const eventsIn =
  ({ of }: Extents) =>
  (source: string, from: number, to: number): number => {
    let events = 0
    for (const { start, end, events: own } of of.get(source)!.values()) {
      const share = (Math.min(end, to) - Math.max(start, from)) / (end - start)
      if (share > 0) events += own * share
    }
    return Math.round(events)
  }

/**
 * Fills a gap. What is whole stays when it fails or is stopped. Throws `SPILL_STOPPED`, and as `fill` does.
 */
export async function fillGap(gap: Gap, options: BackfillOptions, signal: AbortSignal = new AbortController().signal): Promise<Filled> {
  const { folder, threads, onThreadsFrom = limits.BACKFILL_SAMPLE, onProgress } = options
  const { manifest, work } = gap
  const keeping = new Keeping(folder, manifest)
  const start = stopwatch()
  const weightOf = weights(gap.groups)
  const total = work.reduce(
    (sum, { group, partitions }) => sum + partitions.reduce((of, each) => of + weightOf(group, each.partition.name), 0),
    0,
  )
  let done = 0
  const onFilled = (filled: FilledPartition): void => {
    keeping.take(filled)
    done += weightOf(filled.group, filled.partition)
    onProgress?.(`filling ${folder}`, done / total)
  }
  const scratch = mkdtempSync(join(tmpdir(), 'spillway-backfill-'))
  try {
    if (work.length > 0) writeManifest(folder, manifest)
    const making = { scratch, signal, onFilled }
    if (threads > 1 && work.length > 1 && total >= onThreadsFrom) await onThreads(gap, options, making)
    else await here(gap, options, making)
  } finally {
    if (work.length > 0) keeping.write()
    rmSync(scratch, { recursive: true, force: true })
  }
  const { files, rows, bytes } = keeping
  return { files, rows, bytes, seconds: (stopwatch() - start) / 1000, hash: hashOfStore(manifest) }
}

/** How much of the work a partition is: its events, and one more where there are none. */
function weights(gaps: readonly GroupGap[]): (group: string, partition: string) => number {
  const all = new Map(
    gaps.flatMap(({ asked, partitions }) =>
      partitions.map(({ partition, events }) => [`${asked.group.name} ${partition.name}`, events + 1]),
    ),
  )
  return (group, partition) => all.get(`${group} ${partition}`)!
}

interface Making {
  readonly scratch: string
  readonly signal: AbortSignal
  readonly onFilled: (filled: FilledPartition) => void
}

function onThreads({ work }: Gap, { asked, history, folder, unit, threads, crew }: BackfillOptions, making: Making): Promise<void> {
  const { until, forgotten } = history.extents
  const { scratch, ...rest } = making
  const data = { asked: asked.groups, from: history.from(), unit, folder, until, forgotten, scratch }
  return (crew ?? new Crew(Math.min(threads, work.length))).fill(work, { data, ...rest })
}

async function here({ work }: Gap, { asked, history, folder, unit }: BackfillOptions, making: Making): Promise<void> {
  const { scratch, signal, onFilled } = making
  const { until, forgotten } = history.extents
  const files = await ColumnFiles.open(scratch)
  try {
    for (const piece of work)
      await fill(
        piece,
        asked.groups.find(({ group }) => group.name === piece.group)!,
        {
          events: history.events,
          unit,
          folder,
          until,
          forgotten,
          files,
          onFilled,
          onRows() {
            if (signal.aborted) throw stopped()
          },
        },
      )
  } finally {
    files.close()
  }
}

/** The manifest as partitions become whole. */
class Keeping {
  files = 0
  bytes = 0
  /** By group and partition. */
  readonly #rows = new Map<string, number>()
  readonly #folder: string
  readonly #manifest: StoreManifest
  #writtenAt = stopwatch()

  constructor(folder: string, manifest: StoreManifest) {
    this.#folder = folder
    this.#manifest = manifest
  }

  /** Of all partitions of which something was filled. */
  get rows(): number {
    return [...this.#rows.values()].reduce((sum, rows) => sum + rows, 0)
  }

  take({ group, partition, rows, files }: FilledPartition): void {
    const partitions = (this.#manifest.groups[group] ??= {})
    const all = { ...partitions[partition]?.files, ...files }
    partitions[partition] = { rows, hash: hashOfFiles(all), files: all }
    this.#rows.set(`${group} ${partition}`, rows)
    for (const { bytes } of Object.values(files)) {
      this.files++
      this.bytes += bytes
    }
    if (stopwatch() - this.#writtenAt > limits.BACKFILL_MANIFEST_MS) this.write()
  }

  write(): void {
    writeManifest(this.#folder, this.#manifest)
    this.#writtenAt = stopwatch()
  }
}
