/** Reads stored time series: points of a range at a step, and single samples in order. */
import { didYouMean, durationText, limits, SpillwayError } from '../../base/index.ts'
import type { NamedValues } from '../../log/index.ts'
import { type Aggregation, labelsOf, measureNamed, measureOf, measures, type SeriesLabels } from './measures.ts'
import {
  addMinute,
  LAST_SAMPLE,
  minuteOf,
  minuteResolution,
  sampleResolution,
  type SeriesResolution,
  type SeriesSample,
} from './recorder.ts'
import { combineValues, SeriesBlock } from './series-block.ts'

/** A range of time series. */
export interface SeriesQuery {
  /** Names of measures; all if absent. */
  readonly names?: readonly string[] | undefined
  /** UTC ms. */
  readonly since: number
  /** UTC ms; the newest sample if absent. */
  readonly until?: number | undefined
  /** Interval of the points, ms: a multiple of 10 s. By default the least of 10 s, 1 min, 5 min, 15 min, 1 h and 6 h that gives at most 720 points. */
  readonly stepMs?: number | undefined
}

/** One series of a range. */
export interface SeriesPoints {
  readonly name: string
  readonly labels: SeriesLabels
  readonly unit: string
  readonly aggregation: Aggregation
  /** One value for each point; null where nothing was measured. */
  readonly values: readonly (number | null)[]
}

/** The series of a range. Point i is of the interval that begins at `from + i · stepMs`. */
export interface SeriesRange {
  /** UTC ms. */
  readonly from: number
  readonly stepMs: number
  /** Number of points. */
  readonly length: number
  readonly series: readonly SeriesPoints[]
}

const POINTS_BY_DEFAULT = 720
const steps = [10_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000]

/**
 * The time series of a range.
 *
 * @throws `SPILL_INPUT` for an unknown name, an invalid step, more than `SERIES_READ_POINTS_MAX` points, or a step below a minute for a
 * range that begins before the kept samples; `SPILL_DATA` for a damaged block.
 */
export function readSeries(store: NamedValues, query: SeriesQuery): SeriesRange {
  const { names, since } = query
  for (const name of names ?? []) checkName(name)
  const last = Number(store.get(LAST_SAMPLE) ?? -1)
  const newest = (last + 1) * sampleResolution.stepMs
  const until = Math.min(query.until ?? newest, newest)
  const stepMs = stepOf(query, until, newest)
  const from = Math.floor(since / stepMs) * stepMs
  const length = Math.max(0, Math.ceil((until - from) / stepMs))
  const points = new RangePoints(from, stepMs, length)
  const isWanted = (series: string): boolean =>
    measureNamed(measureOf(series)) !== undefined && (names?.includes(measureOf(series)) ?? true)
  if (length > 0)
    for (const [block, resolution] of blocksOf(store, { from, until, last, stepMs, isWanted })) points.add(block, resolution.stepMs)
  return { from, stepMs, length, series: points.series() }
}

function checkName(name: string): void {
  if (measureNamed(name)) return
  throw new SpillwayError('SPILL_INPUT', `there is no time series '${name}'${didYouMean(name, Object.keys(measures))}`)
}

function stepOf({ since, stepMs }: SeriesQuery, until: number, newest: number): number {
  const oldestSample = newest - limits.SERIES_SAMPLES_KEPT_MS
  const span = Math.max(0, until - since)
  const fits = (step: number): boolean => span / step <= POINTS_BY_DEFAULT && (step >= minuteResolution.stepMs || since >= oldestSample)
  const step = stepMs ?? steps.find(fits) ?? steps.at(-1)!
  if (!(step > 0) || step % sampleResolution.stepMs !== 0)
    throw new SpillwayError('SPILL_INPUT', `the step is ${step} ms; it is a multiple of 10 s, such as 10s, 1m or 1h`)
  if (step % minuteResolution.stepMs !== 0 && since < oldestSample - minuteResolution.stepMs)
    throw new SpillwayError(
      'SPILL_INPUT',
      `single samples are kept for 1 h; ask for a step of whole minutes, or for a range that begins later`,
    )
  if (span / step > limits.SERIES_READ_POINTS_MAX)
    throw new SpillwayError(
      'SPILL_INPUT',
      `${Math.ceil(span / step)} points are more than ${limits.SERIES_READ_POINTS_MAX} (SERIES_READ_POINTS_MAX); ask for a step above ${durationText(step)}`,
    )
  return step
}

interface BlockRange {
  readonly from: number
  readonly until: number
  /** The newest sample. */
  readonly last: number
  readonly stepMs: number
  readonly isWanted: (series: string) => boolean
}

/** The stored blocks of a range in the resolution of its step, oldest first; of minutes also the current one. */
function* blocksOf(store: NamedValues, range: BlockRange): Generator<readonly [SeriesBlock, SeriesResolution]> {
  const { last, stepMs, isWanted } = range
  if (stepMs % minuteResolution.stepMs !== 0) {
    for (const block of storedBlocks(store, sampleResolution, range)) yield [block, sampleResolution]
    return
  }
  const current = minuteOf(last)
  let hasCurrent = false
  const addCurrent = (block: SeriesBlock): void => {
    const samples = blockAt(store, sampleResolution, sampleResolution.blockOf(last), isWanted)
    if (samples) addMinute(block, samples, current)
    hasCurrent = true
  }
  for (const block of storedBlocks(store, minuteResolution, range)) {
    if (minuteResolution.blockOf(current) * minuteResolution.blockLength === block.first) addCurrent(block)
    yield [block, minuteResolution]
  }
  const currentBlock = minuteResolution.blockOf(current)
  if (hasCurrent || range.until <= current * minuteResolution.stepMs) return
  const block = new SeriesBlock(currentBlock * minuteResolution.blockLength, minuteResolution.blockLength)
  addCurrent(block)
  yield [block, minuteResolution]
}

function* storedBlocks(
  store: NamedValues,
  resolution: SeriesResolution,
  { from, until, last, isWanted }: BlockRange,
): Generator<SeriesBlock> {
  const { stepMs, blockOf, blocksKept } = resolution
  const newest = blockOf(Math.floor((last * sampleResolution.stepMs) / stepMs))
  const first = Math.max(blockOf(Math.floor(from / stepMs)), newest - blocksKept + 1)
  const end = Math.min(blockOf(Math.floor((until - 1) / stepMs)), newest)
  for (let number = first; number <= end; number++) {
    const block = blockAt(store, resolution, number, isWanted)
    if (block) yield block
  }
}

function blockAt(
  store: NamedValues,
  { nameOf }: SeriesResolution,
  number: number,
  isWanted?: (series: string) => boolean,
): SeriesBlock | undefined {
  const text = store.get(nameOf(number))
  return text === undefined ? undefined : SeriesBlock.decode(text, isWanted)
}

const NO_POINT = -1

/** The points of a range while blocks are added to it, in order. */
class RangePoints {
  readonly #from: number
  readonly #stepMs: number
  readonly #length: number
  readonly #isSampled: Uint8Array
  readonly #values = new Map<string, Float64Array>()

  constructor(from: number, stepMs: number, length: number) {
    this.#from = from
    this.#stepMs = stepMs
    this.#length = length
    this.#isSampled = new Uint8Array(length)
  }

  /** `stepMs`: the interval of the block's points. */
  add({ first, length, samples, columns }: SeriesBlock, stepMs: number): void {
    // The point of each row; outside of the range there is none.
    const points = new Int32Array(length)
    for (let row = 0; row < length; row++) {
      const point = Math.floor(((first + row) * stepMs - this.#from) / this.#stepMs)
      points[row] = point >= 0 && point < this.#length ? point : NO_POINT
      if (samples[row] > 0 && points[row] !== NO_POINT) this.#isSampled[point] = 1
    }
    for (const [series, column] of columns) {
      const { aggregation } = measureNamed(measureOf(series))!
      let values = this.#values.get(series)
      if (!values) this.#values.set(series, (values = new Float64Array(this.#length).fill(NaN)))
      for (let row = 0; row < length; row++) {
        const [point, value] = [points[row], column[row]]
        if (point !== NO_POINT && !Number.isNaN(value)) values[point] = combineValues(values[point], value, aggregation)
      }
    }
  }

  /** The series with a value in the range, by name and labels. */
  series(): SeriesPoints[] {
    return [...this.#values]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([series, values]) => {
        if (values.every(Number.isNaN)) return []
        const { unit, aggregation } = measureNamed(measureOf(series))!
        const points = Array.from(values, (value, point) => {
          if (!Number.isNaN(value)) return value
          return aggregation === 'sum' && this.#isSampled[point] === 1 ? 0 : null
        })
        return [{ name: measureOf(series), labels: labelsOf(series), unit, aggregation, values: points }]
      })
  }
}

/** A stored sample with its number, by which a reader continues. */
export interface NumberedSample extends SeriesSample {
  readonly number: number
}

/** The number of the newest sample; 0 if there is none. */
export const lastSampleNumber = (store: NamedValues): number => Number(store.get(LAST_SAMPLE) ?? 0)

/** Number of the oldest sample after which none is missing. */
export const oldestSampleNumber = (store: NamedValues): number => {
  const { blockOf, blocksKept, blockLength } = sampleResolution
  return Math.max(0, (blockOf(lastSampleNumber(store)) - blocksKept + 1) * blockLength)
}

/** The samples of the next block that has samples after a number, in order; empty if there are none. */
export function samplesAfter(store: NamedValues, after: number): NumberedSample[] {
  const last = lastSampleNumber(store)
  for (let point = Math.max(after + 1, oldestSampleNumber(store)); point <= last;) {
    const number = sampleResolution.blockOf(point)
    const block = blockAt(store, sampleResolution, number)
    const samples = block ? samplesIn(block, point) : []
    if (samples.length > 0) return samples
    point = (number + 1) * sampleResolution.blockLength
  }
  return []
}

function samplesIn(block: SeriesBlock, from: number): NumberedSample[] {
  const samples: NumberedSample[] = []
  for (let number = Math.max(from, block.first); number < block.first + block.length; number++) {
    if (block.samples[number - block.first] === 0) continue
    const values = new Map<string, number>()
    for (const series of block.columns.keys()) {
      const value = block.valueAt(series, number)
      if (value !== undefined) values.set(series, value)
    }
    samples.push({ number, at: number * sampleResolution.stepMs, values })
  }
  return samples
}
