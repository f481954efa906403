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

/** A process younger than that has too few samples, one in 10 s, for a line over an hour. */
const LIVE_MS = 300_000

/** The range of a view: the chosen one, otherwise by the age of the process. */
export function chartRange(text: string | undefined, processAgeMs: number): ChartRange {
  return chartRanges.find(range => range === text) ?? (processAgeMs < LIVE_MS ? 'live' : '1h')
}

/** The time of each point, seconds since the epoch: the end of its interval. */
export const seriesTimes = ({ from, stepMs, length }: SeriesAnswer): number[] =>
  Array.from({ length }, (_, i) => (from + (i + 1) * stepMs) / 1000)

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
