/**
 * Fills an offline store of feature values exactly where it has a gap.
 *
 * First it finds the gap and estimates its cost. Then it computes on all cores, one partition's files at a time. Each file is a function of
 * its definition and of the events: a Parquet folder filled in any order, after any damage, is byte-identical to one computed at once.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stopwatch, limits, sumBy } from '../../base/index.ts'
import { type FeatureTable, type TableFormat, type WrittenPartition, GuardedTable, type PartitionUnit } from '../../offline/index.ts'
import { parquetFolder, ParquetFolderTable } from '../../offline/parquet/index.ts'
import type { BackfillTarget } from './target.ts'
import { BackfillWorkers, backfillStopped, type EventSource } from './workers.ts'
import { estimateCost, exactCounts, type BackfillCost } from './estimate.ts'
import type { EventHistory, HistoryExtents } from './events.ts'
import { fillWork } from './fill.ts'
import { findGroupGap, type GroupGap } from './gap.ts'
import { planWork, type BackfillWork } from './work.ts'

/** A history of events, readable here and in threads. */
export interface BackfillHistory {
  readonly events: EventHistory
  readonly extents: HistoryExtents
  /** Source of the events for threads; called once work begins on several threads. */
  readonly from: () => EventSource
}

/** Options of a backfill. */
export interface BackfillOptions {
  readonly target: BackfillTarget
  readonly history: BackfillHistory
  /** Where the table is; by default a folder of Parquet files. */
  readonly folder: string
  readonly format?: TableFormat
  readonly unit: PartitionUnit
  /** Only partitions that overlap [from, to), UTC ms. */
  readonly from?: number
  readonly to?: number
  readonly threads: number
  /** Threads started early; their owner closes them. */
  readonly workers?: BackfillWorkers | undefined
  /** Least events for which work moves to threads, whose start takes a while. */
  readonly onThreadsFrom?: number
  /** False skips the measurement: the estimates are NaN. */
  readonly isMeasured?: boolean
  readonly onProgress?: (stage: string, share: number) => void
}

/** The missing columns, the work that fills them, and its cost. */
export interface StoreGap {
  /** Close it after use. */
  readonly table: FeatureTable
  readonly groups: readonly GroupGap[]
  readonly work: readonly BackfillWork[]
  readonly cost: BackfillCost
}

/** Result of a backfill. */
export interface BackfillResult {
  readonly files: number
  /** Rows of the partitions that were filled. */
  readonly rows: number
  readonly bytes: number
  readonly seconds: number
  /** Id of the table's snapshot; of a Parquet folder the same for the same history and definitions. */
  readonly hash: string
}

/**
 * Compares the table with its target.
 * @throws as `TableFormat.open` and `findGroupGap` do.
 */
export async function findGap(options: BackfillOptions): Promise<StoreGap> {
  const {
    target,
    history,
    folder,
    format = parquetFolder,
    unit,
    from = -Infinity,
    to = Infinity,
    threads,
    isMeasured = true,
    onProgress,
  } = options
  const { events, extents } = history
  const opened = await format.open(folder, { unit })
  const table = opened instanceof ParquetFolderTable ? opened : new GuardedTable(format.name, opened)
  const show = (share: number): void => onProgress?.(`checking ${folder}`, share)
  const groups: GroupGap[] = []
  for (const group of target.groups) groups.push(await findGroupGap(group, { table, extents, from, to, onProgress: show }))
  const work = planWork(groups, { unit, threads, eventsIn: eventsIn(extents), first: source => extents.span.get(source)!.first })
  const cost = isMeasured ? await estimateCost(groups, work, threads, { events, unit, extents }) : exactCounts(work)
  return { table, groups, work, cost }
}

/** Events in [from, to), about: each partition counts by its overlap. */
const eventsIn =
  ({ of }: HistoryExtents) =>
  (source: string, from: number, to: number): number => {
    let events = 0
    for (const { start, end, events: count } of of.get(source)!.values()) {
      const share = (Math.min(end, to) - Math.max(start, from)) / (end - start)
      if (share > 0) events += count * share
    }
    return Math.round(events)
  }

/**
 * Fills a gap. Finished files stay if it fails or is stopped.
 * @throws `SPILL_STOPPED`, and as `fill` does.
 */
export async function fillGap(
  gap: StoreGap,
  options: BackfillOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<BackfillResult> {
  const { folder, threads, onThreadsFrom = limits.BACKFILL_SAMPLE, onProgress } = options
  const { table, work } = gap
  const committer = new PartitionCommitter(table)
  const start = stopwatch()
  const weightOf = weights(gap.groups)
  const total = sumBy(work, ({ group, partitions }) => sumBy(partitions, ({ partition }) => weightOf(group, partition.name)))
  let done = 0
  const onFilled = (filled: WrittenPartition): void => {
    committer.add(filled)
    done += weightOf(filled.group, filled.partition)
    onProgress?.(`filling ${folder}`, done / total)
  }
  const scratch = mkdtempSync(join(tmpdir(), 'spillway-backfill-'))
  try {
    // Shows before the work that the table can be written.
    if (work.length > 0) await table.commit([])
    const context = { scratch, signal, onFilled }
    if (table instanceof ParquetFolderTable && threads > 1 && work.length > 1 && total >= onThreadsFrom)
      await fillOnThreads(gap, options, context)
    else await fillHere(gap, options, context)
  } finally {
    await committer.finish()
    rmSync(scratch, { recursive: true, force: true })
  }
  const { files, rows, bytes } = committer
  const [newest] = await table.snapshots()
  return { files, rows, bytes, seconds: (stopwatch() - start) / 1000, hash: newest?.id ?? '' }
}

/** Weight of a partition in the progress: its events, plus 1. */
function weights(gaps: readonly GroupGap[]): (group: string, partition: string) => number {
  const all = new Map(
    gaps.flatMap(({ group: target, partitions }) =>
      partitions.map(({ partition, events }) => [`${target.group.name} ${partition.name}`, events + 1]),
    ),
  )
  return (group, partition) => all.get(`${group} ${partition}`)!
}

interface FillContext {
  readonly scratch: string
  readonly signal: AbortSignal
  readonly onFilled: (filled: WrittenPartition) => void
}

function fillOnThreads(
  { work }: StoreGap,
  { target, history, folder, unit, threads, workers }: BackfillOptions,
  context: FillContext,
): Promise<void> {
  const { until, forgotten } = history.extents
  const { scratch, ...rest } = context
  const data = { groups: target.groups, from: history.from(), unit, folder, until, forgotten, scratch }
  return (workers ?? new BackfillWorkers(Math.min(threads, work.length))).fill(work, { data, ...rest })
}

async function fillHere({ table, work }: StoreGap, { target, history, unit }: BackfillOptions, context: FillContext): Promise<void> {
  const { scratch, signal, onFilled } = context
  const { until, forgotten } = history.extents
  const writer = await table.writer(scratch)
  try {
    for (const piece of work)
      await fillWork(
        piece,
        target.groups.find(({ group }) => group.name === piece.group)!,
        {
          events: history.events,
          unit,
          until,
          forgotten,
          writer,
          onFilled,
          onRows() {
            if (signal.aborted) throw backfillStopped()
          },
        },
      )
  } finally {
    writer.close()
  }
}

/** Commits finished partitions, some at a time. */
class PartitionCommitter {
  files = 0
  bytes = 0
  /** Rows by group and partition. */
  readonly #rows = new Map<string, number>()
  readonly #table: FeatureTable
  #waiting: WrittenPartition[] = []
  #commits = Promise.resolve()
  #committedAt = stopwatch()

  constructor(table: FeatureTable) {
    this.#table = table
  }

  /** Rows of all filled partitions. */
  get rows(): number {
    return sumBy(this.#rows.values(), rows => rows)
  }

  add(filled: WrittenPartition): void {
    const { group, partition, rows, columns } = filled
    this.#waiting.push(filled)
    this.#rows.set(`${group} ${partition}`, rows)
    for (const { bytes } of Object.values(columns)) {
      this.files++
      this.bytes += bytes
    }
    if (stopwatch() - this.#committedAt > limits.BACKFILL_MANIFEST_MS) this.#commit()
  }

  /** Commits the rest. Rejects with the first error of a commit. */
  finish(): Promise<void> {
    if (this.#waiting.length > 0) this.#commit()
    return this.#commits
  }

  #commit(): void {
    const written = this.#waiting
    this.#waiting = []
    this.#committedAt = stopwatch()
    this.#commits = this.#commits.then(() => this.#table.commit(written))
    // `finish` reports it.
    this.#commits.catch(() => {})
  }
}
