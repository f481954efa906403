/** The room that a run has: its events and its event loop, the keys in memory, and the time until the disk is full. */
import { DAY_MS, HOUR_MS, limits, MINUTE_MS } from '../base/index.ts'
import type { NamedValues } from '../log/index.ts'
import { lastSampleNumber, readSeries, type SeriesRange } from '../monitor/series/index.ts'

/** A figure over the last hour, and its greatest mean over 5 min of the last day. */
export interface LoadFigure {
  readonly lastHour: number
  readonly busiest: number
}

/** The state of a feature group in memory. */
export interface GroupCapacity {
  readonly group: string
  /** Keys with state. */
  readonly keys: number
  /** Bytes of their state. */
  readonly bytes: number
}

/** The disk of a data folder. */
export interface DiskCapacity {
  readonly freeBytes: number
  /** Size of the data folder. */
  readonly usedBytes: number
  /** Growth of the folder, bytes a day, over `growthMs` of the last day; absent if the folder was measured for less than an hour. */
  readonly growthPerDay?: number
  readonly growthMs?: number
  /** Days until the disk is full at this growth; absent if the folder does not grow. */
  readonly daysUntilFull?: number
}

/** The capacity of a run as of its last sample. */
export interface RunCapacity {
  /** The time of the last sample, UTC ms. */
  readonly at: number
  /** Its load; absent until an interval of 5 min has ended. */
  readonly load?: {
    /** Accepted events a second. */
    readonly eventsPerSecond: LoadFigure
    /** Share of the time in which the event loop was busy, from 0 to 1: all turns of the run and all requests share it. */
    readonly loopBusy: LoadFigure
  }
  /** Resident memory of the process; its greatest in the last interval of 5 min. */
  readonly memoryBytes: number
  readonly groups: readonly GroupCapacity[]
  readonly disk?: DiskCapacity
}

const STEP_MS = 5 * MINUTE_MS
const measureNames = ['events', 'loop_busy_ms', 'memory_bytes', 'group_keys', 'group_bytes', 'disk_free_bytes', 'disk_used_bytes']

/** The capacity as of the last sample of a log; undefined without a sample. Cost: decodes the samples of a day. */
export function runCapacity(store: NamedValues): RunCapacity | undefined {
  const last = lastSampleNumber(store)
  if (last === 0) return undefined
  const at = (last + 1) * limits.SERIES_SAMPLE_MS
  return capacityOf(readSeries(store, { names: measureNames, since: at - DAY_MS, stepMs: STEP_MS }), at)
}

/** The capacity by series of a day, at points of 5 min, that end `at`, UTC ms. */
export function capacityOf(range: SeriesRange, at: number): RunCapacity {
  const points = new CapacityPoints(range)
  const eventsPerSecond = loadOf(
    points.sums('events', ({ outcome }) => outcome === 'accepted'),
    1000,
  )
  const loopBusy = loadOf(points.sums('loop_busy_ms'), 1)
  const disk = diskCapacity(points)
  return {
    at,
    ...(loopBusy && { load: { eventsPerSecond: eventsPerSecond ?? noLoad, loopBusy } }),
    memoryBytes: points.newest('memory_bytes') ?? 0,
    groups: points.levelsBy('group', 'group_keys').map(([group, keys]) => ({
      group,
      keys,
      bytes: points.newest('group_bytes', labels => labels['group'] === group) ?? 0,
    })),
    ...(disk && { disk }),
  }
}

type LabelFilter = (labels: Readonly<Record<string, string>>) => boolean

/** Points of measures. */
class CapacityPoints {
  readonly #range: SeriesRange

  constructor(range: SeriesRange) {
    this.#range = range
  }

  /** The values of a measure, summed over its series. */
  sums(name: string, isCounted: LabelFilter = () => true): (number | null)[] {
    const own = this.#series(name, isCounted)
    return Array.from({ length: this.#range.length }, (_, i) =>
      own.every(({ values }) => values[i] === null) ? null : own.reduce((sum, { values }) => sum + (values[i] ?? 0), 0),
    )
  }

  /** The level as of the last sample; undefined for a series that has ended. */
  newest(name: string, isCounted: LabelFilter = () => true): number | undefined {
    return newestLevel(this.#series(name, isCounted)[0]?.values ?? [])
  }

  /** The levels as of the last sample, by a label. */
  levelsBy(label: string, name: string): [value: string, level: number][] {
    return this.#series(name, () => true).flatMap(({ labels, values }) => {
      const level = newestLevel(values)
      return level === undefined ? [] : [[labels[label], level]]
    })
  }

  #series(name: string, isCounted: LabelFilter): SeriesRange['series'] {
    return this.#range.series.filter(series => series.name === name && isCounted(series.labels))
  }
}

/** The interval that goes on may have no sample yet. */
const newestLevel = (values: readonly (number | null)[]): number | undefined => values.at(-1) ?? values.at(-2) ?? undefined

const noLoad: LoadFigure = { lastHour: 0, busiest: 0 }

/** Means per `perMs` over the intervals that have ended and were sampled; undefined if there is none. */
function loadOf(sums: readonly (number | null)[], perMs: number): LoadFigure | undefined {
  const rates = sums.slice(0, -1).map(sum => (sum === null ? null : (sum / STEP_MS) * perMs))
  const sampled = rates.filter(rate => rate !== null)
  if (sampled.length === 0) return undefined
  const hour = rates.slice(-HOUR_MS / STEP_MS).filter(rate => rate !== null)
  return {
    lastHour: hour.length === 0 ? 0 : hour.reduce((sum, rate) => sum + rate, 0) / hour.length,
    busiest: Math.max(...sampled),
  }
}

function diskCapacity(points: CapacityPoints): DiskCapacity | undefined {
  const freeBytes = points.newest('disk_free_bytes')
  const sizes = points.sums('disk_used_bytes')
  const [first, last] = [sizes.findIndex(size => size !== null), sizes.findLastIndex(size => size !== null)]
  if (freeBytes === undefined || last < 0) return undefined
  const usedBytes = sizes[last]!
  const growthMs = (last - first) * STEP_MS
  if (growthMs < HOUR_MS) return { freeBytes, usedBytes }
  const growthPerDay = ((usedBytes - sizes[first]!) / growthMs) * DAY_MS
  return { freeBytes, usedBytes, growthPerDay, growthMs, ...(growthPerDay > 0 && { daysUntilFull: freeBytes / growthPerDay }) }
}
