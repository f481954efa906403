/**
 * Reads the measures of a run: counts since the start of the process, and levels. A reading costs some microseconds for each series, and
 * nothing on the path of a decision. Sizes of files and disks are measured beside the loop.
 */
import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Clock, limits, type StartTimer, withDeadline } from '../../base/index.ts'
import { subscribeTo } from '../../base/node/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { LiveRun } from '../../run/index.ts'
import { type MeasureName, seriesText } from './measures.ts'
import type { SeriesReading } from './recorder.ts'

/** The parts of a run that are measured. */
export type MeasuredRun = Pick<LiveRun, 'run' | 'dispatcher'>

/** Resolution of the measured event loop delay, ms. */
const LOOP_RESOLUTION_MS = 20

/** Counts by the text of their series. */
class SeriesCounts {
  readonly #counts = new Map<string, number>()

  add(name: MeasureName, labels: readonly string[]): void {
    const series = seriesText(name, labels)
    this.#counts.set(series, (this.#counts.get(series) ?? 0) + 1)
  }

  [Symbol.iterator](): IterableIterator<SeriesReading> {
    return this.#counts.entries()
  }
}

/** The measures of one run. Close it at the end. */
export class MeasureReader {
  readonly #measured: MeasuredRun
  readonly #ir: Pick<PipelineIR, 'sources'>
  readonly #disk: DiskReading
  readonly #clock: Clock
  readonly #firstEntry: number
  /** Attempts at effects, and their deadlines. */
  readonly #effects = new SeriesCounts()
  readonly #responses = new SeriesCounts()
  readonly #unsubscribe: () => void
  readonly #loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })

  constructor(measured: MeasuredRun, ir: Pick<PipelineIR, 'sources'>, clock: Clock, disk: DiskReading) {
    this.#measured = measured
    this.#ir = ir
    this.#clock = clock
    this.#disk = disk
    this.#firstEntry = measured.run.end
    this.#loopDelay.enable()
    this.#unsubscribe = subscribeTo('spillway:effect', ({ run, action, outcome, due, at }) => {
      if (run !== measured.run) return
      this.#effects.add('effects', [action, outcome])
      if (outcome !== 'tried' && due !== undefined)
        this.#effects.add('deadlines', [action, outcome === 'delivered' && at <= due ? 'met' : 'missed'])
    })
  }

  /** Counts an answered HTTP request. */
  countResponse(status: number): void {
    this.#responses.add('http_requests', [`${Math.floor(status / 100)}xx`])
  }

  /** Measures the disk and the folder. Resolves when the next reading has their sizes. */
  refresh(): Promise<void> {
    return this.#disk.refresh()
  }

  /** The present readings. The event loop delay is of the time since the last call. */
  *read(): Generator<SeriesReading> {
    yield* this.#eventReadings()
    yield* this.#decisionReadings()
    yield* this.#groupReadings()
    yield* this.#effects
    yield* this.#responses
    for (const [action, count] of this.#measured.dispatcher.waitingByAction()) yield [seriesText('effects_waiting', [action]), count]
    yield* this.#processReadings()
    yield* this.#disk.read()
  }

  *#eventReadings(): Generator<SeriesReading> {
    const { run } = this.#measured
    const { counts } = run
    for (const [source, { accepted, duplicates }] of counts.bySource) {
      yield [seriesText('events', [source, 'accepted']), accepted]
      yield [seriesText('events', [source, 'duplicate']), duplicates]
    }
    for (const [source, reasons] of counts.deadLetters) {
      let rejected = 0
      for (const [reason, count] of reasons) {
        rejected += count
        yield [seriesText('dead_letters', [source, reason]), count]
      }
      yield [seriesText('events', [source, 'rejected']), rejected]
    }
    for (const [source, count] of counts.lateEvents) yield [seriesText('late_events', [source]), count]
    for (const { name } of this.#ir.sources) yield [seriesText('source_delay_ms', [name]), run.freshness.sourceDelay(name)]
  }

  *#decisionReadings(): Generator<SeriesReading> {
    const { run } = this.#measured
    for (const [model, count] of run.counts.byModel) yield [seriesText('decisions', [model]), count]
    for (const { group, decisions, within } of run.counts.freshness()) {
      yield [seriesText('freshness_decisions', [group]), decisions]
      yield [seriesText('freshness_within', [group]), within]
    }
  }

  *#groupReadings(): Generator<SeriesReading> {
    const { run } = this.#measured
    const now = this.#clock()
    for (const read of run.decider.allGroups) {
      const { group, memory } = read
      yield [seriesText('freshness_age_ms', [group.name]), run.freshness.ageOf(group, read.asOfAt(now), now)]
      yield [seriesText('group_keys', [group.name]), memory.keyCount]
      yield [seriesText('group_bytes', [group.name]), memory.bytes]
    }
  }

  *#processReadings(): Generator<SeriesReading> {
    const { run } = this.#measured
    yield ['waiting_records', run.waiting]
    yield ['log_entries', run.end - this.#firstEntry]
    const { user, system } = process.cpuUsage()
    yield ['cpu_ms', Math.round((user + system) / 1000)]
    yield ['loop_busy_ms', Math.round(performance.eventLoopUtilization().active)]
    yield ['memory_bytes', process.memoryUsage.rss()]
    // A timer that is on time counts as its resolution.
    const delayMs = Math.max(0, this.#loopDelay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS)
    if (this.#loopDelay.count > 0) yield ['loop_delay_ms', Math.round(delayMs * 10) / 10]
    this.#loopDelay.reset()
  }

  close(): void {
    this.#unsubscribe()
    this.#loopDelay.disable()
  }
}

/** Measures the disk of a folder: free blocks, and the bytes of a block. */
export type FreeSpaceOf = (folder: string) => Promise<{ readonly bavail: number; readonly bsize: number }>

/** The free space of a disk and the size of a folder on it, measured beside the loop. */
export class DiskReading {
  readonly #folder: string
  readonly #clock: Clock
  #free: number | undefined
  #used: number | undefined
  #usedAt = -Infinity
  #measuring: Promise<void> | undefined
  readonly #freeSpaceOf: FreeSpaceOf
  readonly #after: StartTimer | undefined

  constructor(folder: string, clock: Clock, freeSpaceOf: FreeSpaceOf = statfs, after?: StartTimer) {
    this.#folder = folder
    this.#clock = clock
    this.#freeSpaceOf = freeSpaceOf
    this.#after = after
  }

  *read(): Generator<SeriesReading> {
    if (this.#free !== undefined) yield ['disk_free_bytes', this.#free]
    if (this.#used !== undefined) yield ['disk_used_bytes', this.#used]
  }

  /** Measures once at a time. A disk that hangs delays a sample by `DISK_MEASURE_MS`, has no reading, and costs one pending promise. */
  async refresh(): Promise<void> {
    this.#measuring ??= this.#measure().finally(() => (this.#measuring = undefined))
    const onExpiry = (): void => void (this.#free = this.#used = undefined)
    await withDeadline(this.#measuring, limits.DISK_MEASURE_MS, onExpiry, this.#after)
  }

  async #measure(): Promise<void> {
    const now = this.#clock()
    try {
      const { bavail, bsize } = await this.#freeSpaceOf(this.#folder)
      this.#free = bavail * bsize
      if (Math.abs(now - this.#usedAt) < limits.FOLDER_SIZE_EVERY_MS) return
      this.#used = await folderSize(this.#folder)
      this.#usedAt = now
    } catch {
      // A disk that cannot be measured has no reading; a run that cannot use it fails by itself.
      this.#free = this.#used = undefined
    }
  }
}

/** The size of all files below a folder, bytes. Files that are deleted meanwhile count nothing. */
async function folderSize(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      bytes += await stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      )
  return bytes
}
