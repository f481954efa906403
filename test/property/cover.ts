import type { AggregateName, ColumnType, FeatureIR } from '../../src/define/ir/ir.ts'

/**
 * Coverage of `prove parity`: every aggregate over every input type, in every class of window, for keys whose events so far were in order,
 * out of order, and late. All of these are possible, so after enough cases none may be zero.
 */
const numeric = ['int', 'decimal', 'duration', 'double'] as const
const ordered = [...numeric, 'timestamp', 'string'] as const
const any = [...ordered, 'bool'] as const

export type InputType = ColumnType | 'none'

export const inputTypes: Record<AggregateName, readonly InputType[]> = {
  count: ['none'],
  sum: numeric,
  mean: numeric,
  min: ordered,
  max: ordered,
  variance: numeric,
  stddev: numeric,
  first: any,
  last: any,
  lastK: any,
  change: [...numeric, 'timestamp'],
  rate: numeric,
  slope: numeric,
  share: ['bool'],
  timeSinceLast: ['none', ...any],
  countDistinct: any,
  decayedSum: numeric,
  histogram: numeric,
  quantile: numeric,
  topK: any,
  row: any,
}

/** Classes of windows: the shortest and longest window of each, milliseconds. */
export const windowClasses = {
  seconds: [1000, 59_999],
  minutes: [60_000, 3_599_999],
  hours: [3_600_000, 86_399_999],
  days: [86_400_000, 30 * 86_400_000],
  long: [30 * 86_400_000 + 1, 365 * 86_400_000],
  lifetime: [Infinity, Infinity],
} as const

export type WindowClass = keyof typeof windowClasses
export const windowNames = Object.keys(windowClasses) as WindowClass[]

/** The visible events of the read's key: in order of time, out of order, or later than the source allows. */
export const latenessNames = ['inOrder', 'outOfOrder', 'late'] as const
export type Lateness = (typeof latenessNames)[number]

/** Every combination of aggregate, type and class of window. */
export const combinations = Object.entries(inputTypes).flatMap(([agg, types]) =>
  types.flatMap(type => windowNames.map(window => ({ agg: agg as AggregateName, type, window }))),
)

export type Combination = (typeof combinations)[number]

export function windowClassOf(window: FeatureIR['window']): WindowClass {
  if (window === 'lifetime') return 'lifetime'
  return windowNames.find(name => window <= windowClasses[name][1])!
}

export function combinationOf(feature: FeatureIR): Combination {
  return { agg: feature.agg, type: feature.input?.type ?? 'none', window: windowClassOf(feature.window) }
}

/** Values compared, by aggregate, type and window, for each of `latenessNames` in order. */
export type Cover = Record<string, Record<string, Record<string, [number, number, number]>>>

export function emptyCover(): Cover {
  const cover: Cover = {}
  for (const { agg, type, window } of combinations) ((cover[agg] ??= {})[type] ??= {})[window] = [0, 0, 0]
  return cover
}

export function addCover(cover: Cover, { agg, type, window }: Combination, lateness: Lateness): void {
  cover[agg][type][window][latenessNames.indexOf(lateness)] += 1
}

/** The bins without any value, as `sum decimal hours late`. */
export function emptyBins(cover: Cover): string[] {
  return combinations.flatMap(({ agg, type, window }) =>
    latenessNames.filter((_, i) => cover[agg][type][window][i] === 0).map(lateness => `${agg} ${type} ${window} ${lateness}`),
  )
}

export const binCount = combinations.length * latenessNames.length
