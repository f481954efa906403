/**
 * Records the time series of a run: takes a sample every 10 s, and encodes it for the store in blocks.
 *
 * There are two resolutions, each in blocks of its own: single samples of the last hour, and points of a minute of the last 8 days. Memory
 * is bounded by one block of each. The block of single samples is written again with each sample, that of minutes once a minute. A
 * restart continues both. Numbers of points are times divided by their interval, so they rise across restarts.
 */
import { limits } from '../../base/index.ts'
import type { NamedValues, NamedWrite } from '../../log/index.ts'
import { measureNamed, measureOf } from './measures.ts'
import { SeriesBlock } from './series-block.ts'

/** Names of stored values. */
const SERIES_PREFIX = 'series/'
/** The number of the newest sample. */
export const LAST_SAMPLE = `${SERIES_PREFIX}last`

/** One resolution of the time series, and the blocks in which it is stored. */
export class SeriesResolution {
  /** Interval of its points, ms. */
  readonly stepMs: number
  /** Points of a block. */
  readonly blockLength: number
  /** Blocks that are kept. */
  readonly blocksKept: number
  readonly #prefix: string

  constructor(name: string, stepMs: number, blockLength: number, keptMs: number) {
    this.#prefix = `${SERIES_PREFIX}${name}/`
    this.stepMs = stepMs
    this.blockLength = blockLength
    // One more, since the current block is incomplete.
    this.blocksKept = Math.ceil(keptMs / (stepMs * blockLength)) + 1
  }

  /** The number of the block of a point. */
  blockOf = (point: number): number => Math.floor(point / this.blockLength)

  /** The name of a block in the store. */
  nameOf = (block: number): string => `${this.#prefix}${block}`

  /** Deletions of the stored blocks before the kept ones. Cost: reads all stored blocks, so only at a start. */
  outdatedIn(store: Pick<NamedValues, 'named'>, block: number): NamedWrite[] {
    const numberOf = (name: string): number => Number(name.slice(this.#prefix.length))
    return store.named(this.#prefix).flatMap(([name]) => (numberOf(name) <= block - this.blocksKept ? [[name, null]] : []))
  }
}

const { SERIES_SAMPLE_MS, SERIES_SAMPLES_IN_BLOCK, SERIES_SAMPLES_KEPT_MS, SERIES_POINT_MS, SERIES_POINTS_KEPT_MS } = limits

/** Single samples. */
export const sampleResolution = new SeriesResolution('samples', SERIES_SAMPLE_MS, SERIES_SAMPLES_IN_BLOCK, SERIES_SAMPLES_KEPT_MS)
/** Points of a minute, in blocks of an hour. */
export const minuteResolution = new SeriesResolution('minutes', SERIES_POINT_MS, 60, SERIES_POINTS_KEPT_MS)

const SAMPLES_IN_POINT = minuteResolution.stepMs / sampleResolution.stepMs

/** A series and its reading: a level, or for a measure that is summed its count since the start of the process. */
export type SeriesReading = readonly [series: string, value: number]

/** A sample: how much each summed measure grew in the interval, and the level of the others. */
export interface SeriesSample {
  /** The start of its interval, UTC ms. */
  readonly at: number
  /** By the text of the series. Summed measures that did not grow are left out. */
  readonly values: ReadonlyMap<string, number>
}

export class SeriesRecorder {
  readonly #onReport: (report: string) => void
  readonly #counts = new Map<string, number>()
  readonly #series = new Set<string>()
  #samples: SeriesBlock
  #minutes: SeriesBlock
  /** The number of the newest sample. */
  #last: number
  #outdated: NamedWrite[]
  #isFull = false

  /** Continues the time series of a store at `now`, UTC ms. Blocks that cannot be read are begun again, and reported. */
  constructor(store: NamedValues, now: number, onReport: (report: string) => void) {
    this.#onReport = onReport
    // Samples of an earlier process may wait to be combined to a minute.
    this.#last = Number(store.get(LAST_SAMPLE) ?? sampleAt(now))
    this.#samples = this.#storedBlock(store, sampleResolution, this.#last)
    this.#minutes = this.#storedBlock(store, minuteResolution, minuteOf(this.#last))
    this.#outdated = [
      ...sampleResolution.outdatedIn(store, sampleResolution.blockOf(Math.max(this.#last, sampleAt(now)))),
      ...minuteResolution.outdatedIn(store, minuteResolution.blockOf(minuteOf(Math.max(this.#last, sampleAt(now))))),
    ]
  }

  /**
   * Records the sample of the interval that ends at `now`, UTC ms. Returns it, with the named values to commit.
   *
   * If the clock was set back, samples are added to the newest one until the clock has passed it: no count is lost.
   */
  record(now: number, readings: Iterable<SeriesReading>): { readonly sample: SeriesSample; readonly put: readonly NamedWrite[] } {
    const point = Math.max(this.#last, sampleAt(now))
    const put: NamedWrite[] = this.#outdated
    this.#outdated = []
    if (minuteOf(point) > minuteOf(this.#last)) put.push(...this.#endMinute(minuteOf(point)))
    if (sampleResolution.blockOf(point) > sampleResolution.blockOf(this.#last)) {
      this.#samples = emptyBlock(sampleResolution, point)
      put.push(...deletions(sampleResolution, point))
    }
    this.#last = point
    const values = this.#valuesOf(readings)
    const row = point - this.#samples.first
    this.#samples.samples[row] = this.#samples.samples[row] + 1
    for (const [series, value] of values) this.#samples.add(series, point, value, aggregationOf(series))
    put.push([sampleResolution.nameOf(sampleResolution.blockOf(point)), this.#samples.encode()], [LAST_SAMPLE, String(point)])
    return { sample: { at: point * sampleResolution.stepMs, values }, put }
  }

  /** Combines the samples of the minute that has ended, and begins the block of the next one if that is a different one. */
  #endMinute(next: number): NamedWrite[] {
    const minute = minuteOf(this.#last)
    addMinute(this.#minutes, this.#samples, minute)
    const block = minuteResolution.blockOf(minute)
    const put: NamedWrite[] = [[minuteResolution.nameOf(block), this.#minutes.encode()]]
    if (minuteResolution.blockOf(next) > block) {
      this.#minutes = emptyBlock(minuteResolution, next)
      put.push(...deletions(minuteResolution, next))
    }
    return put
  }

  #valuesOf(readings: Iterable<SeriesReading>): Map<string, number> {
    const values = new Map<string, number>()
    for (const [series, reading] of readings) {
      if (!Number.isFinite(reading) || !this.#admits(series)) continue
      if (aggregationOf(series) !== 'sum') {
        values.set(series, reading)
        continue
      }
      const growth = reading - (this.#counts.get(series) ?? 0)
      this.#counts.set(series, reading)
      if (growth !== 0) values.set(series, growth)
    }
    return values
  }

  #admits(series: string): boolean {
    if (this.#series.has(series)) return true
    if (this.#series.size < limits.SERIES_MAX) {
      this.#series.add(series)
      return true
    }
    if (!this.#isFull)
      this.#onReport(`time series: there are more than ${limits.SERIES_MAX} (SERIES_MAX); '${series}' and later ones are left out`)
    this.#isFull = true
    return false
  }

  #storedBlock(store: NamedValues, resolution: SeriesResolution, point: number): SeriesBlock {
    const name = resolution.nameOf(resolution.blockOf(point))
    const text = store.get(name)
    try {
      if (text !== undefined) return SeriesBlock.decode(text)
    } catch (error) {
      this.#onReport(`time series: '${name}' is begun again, since it cannot be read: ${(error as Error).message}`)
    }
    return emptyBlock(resolution, point)
  }
}

const aggregationOf = (series: string) => measureNamed(measureOf(series))!.aggregation

/** The sample whose interval ends at a time, or began less than half an interval before it. */
const sampleAt = (now: number): number => Math.floor(now / sampleResolution.stepMs - 0.5)

/** The minute of a sample. */
export const minuteOf = (sample: number): number => Math.floor(sample / SAMPLES_IN_POINT)

function emptyBlock({ blockOf, blockLength }: SeriesResolution, point: number): SeriesBlock {
  return new SeriesBlock(blockOf(point) * blockLength, blockLength)
}

/** Deletion of the block that is too old once the block of `point` begins. A gap in time leaves others, which the next start deletes. */
const deletions = ({ nameOf, blockOf, blocksKept }: SeriesResolution, point: number): NamedWrite[] => [
  [nameOf(blockOf(point) - blocksKept), null],
]

/** Combines the samples of a minute to its point, in place of an earlier point. */
export function addMinute(minutes: SeriesBlock, samples: SeriesBlock, minute: number): void {
  const row = minute - minutes.first
  const rows = Array.from({ length: SAMPLES_IN_POINT }, (_, i) => minute * SAMPLES_IN_POINT + i - samples.first)
  minutes.samples[row] = rows.reduce((sum, sample) => sum + (samples.samples[sample] ?? 0), 0)
  for (const column of minutes.columns.values()) column[row] = NaN
  for (const [series, column] of samples.columns) {
    const measure = measureNamed(measureOf(series))
    if (!measure) continue
    for (const sample of rows) {
      const value = column[sample]
      if (value !== undefined && !Number.isNaN(value)) minutes.add(series, minute, value, measure.aggregation)
    }
  }
}
