/** Time series that the run keeps (`GET /series`): rates over hours and days, levels, and markers of what happened. */

export interface SeriesAnswer {
  /** UTC ms. */
  readonly from: number
  readonly stepMs: number
  readonly length: number
  readonly series: readonly StoredSeries[]
  readonly markers: readonly SeriesMarkerAnswer[]
}

interface StoredSeries {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly values: readonly (number | null)[]
}

export interface SeriesMarkerAnswer {
  readonly at: number
  readonly kind: string
  readonly name?: string
  readonly text: string
}

/** Ranges of a chart; `live` is since the page was opened. */
export const chartRanges = ['live', '1h', '6h', '24h', '7d'] as const
export type ChartRange = (typeof chartRanges)[number]

/** The run takes a sample every 10 s. */
export const SAMPLE_MS = 10_000
/** Fewer samples make no line over an hour. */
const SAMPLES_MIN = 30

/** The range that a person chose; `undefined` without a choice. */
export const chosenRange = (text: string | undefined): ChartRange | undefined => chartRanges.find(range => range === text)

/** The range without a choice, by the last hour of the log, whose samples are of earlier processes too; `undefined` before it is read. */
export function openingRange(lastHour: SeriesAnswer | undefined): ChartRange {
  if (!lastHour) return '1h'
  const sampled = Array.from({ length: lastHour.length }, (_, i) => lastHour.series.some(({ values }) => values[i] !== null))
  return sampled.filter(Boolean).length * lastHour.stepMs < SAMPLES_MIN * SAMPLE_MS ? 'live' : '1h'
}

/** The time of each point, seconds since the epoch: the end of its interval, or `now` (UTC ms) for the interval that goes on. */
export const seriesTimes = ({ from, stepMs, length }: SeriesAnswer, now: number): number[] =>
  Array.from({ length }, (_, i) => Math.min(from + (i + 1) * stepMs, Math.max(now, from + i * stepMs + 1)) / 1000)

/** The time of each marker, seconds since the epoch, for a chart. */
export const markerTimes = ({ markers }: SeriesAnswer): number[] => markers.map(({ at }) => at / 1000)

/** The intervals that have ended: a sum of one that goes on looks like a fall. An interval of a single sample has ended. */
export function endedIntervals(answer: SeriesAnswer): SeriesAnswer {
  if (answer.stepMs <= SAMPLE_MS || answer.length === 0) return answer
  const length = answer.length - 1
  return { ...answer, length, series: answer.series.map(series => ({ ...series, values: series.values.slice(0, length) })) }
}

type Labels = Readonly<Record<string, string>>

const hasLabels = ({ labels }: StoredSeries, sought: Labels): boolean =>
  Object.entries(sought).every(([name, value]) => labels[name] === value)

/** Per second, summed over the series of a measure with these labels. Null where the run was not sampled. */
export function storedRates({ series, stepMs, length }: SeriesAnswer, measure: string, labels: Labels = {}): (number | null)[] {
  const own = series.filter(candidate => candidate.name === measure && hasLabels(candidate, labels))
  return Array.from({ length }, (_, i) => {
    const values = own.flatMap(({ values: all }) => all[i] ?? [])
    return values.length === 0 ? null : (values.reduce((sum, value) => sum + value, 0) / stepMs) * 1000
  })
}

/** A level at each point; null where it is unknown. */
export const storedLevels = ({ series, length }: SeriesAnswer, measure: string, labels: Labels): readonly (number | null)[] =>
  series.find(candidate => candidate.name === measure && hasLabels(candidate, labels))?.values ?? Array.from({ length }, () => null)

/** The newest known value of a level; `undefined` without one. */
export function newestLevel({ series }: SeriesAnswer, measure: string, labels: Labels): number | undefined {
  const own = series.find(candidate => candidate.name === measure && hasLabels(candidate, labels))
  return own?.values.findLast(value => value !== null) ?? undefined
}
