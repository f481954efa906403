/**
 * What an alternative is worth beside what runs, with honest intervals: paired differences over the same decisions, θ = Σd / Σn, times decisions a week.
 *
 * Intervals are studentised: from `value` so many `error` to either side, the error by every column of clusters at once (`variance.ts`); how many is Student's t with the degrees of freedom that the
 * error is known by, at a tail at which all alternatives of the ladder hold together (`simultaneous.ts`), moved by the error's skewness (`skewness.ts`). What decisions of one airport, one day,
 * share is in the interval, and of several days where shocks last (`convergence.ts`); how many decisions a week has is taken as given. What such intervals cover is measured: `prove verdict`. Where a handful of decisions differ, a
 * bound from their count is taken if it is narrower (`small-counts.ts`), where there are enough clusters for a verdict.
 *
 * Scores are not binned by cluster: that would be needed if a draw moved the threshold, but thresholds are set on another block (`tune`) and fixed here, so an alternative is its differences and these
 * are sums by cluster after one pass over rows. Nothing is approximated by it.
 *
 * Cost: O(rows + cells) an alternative. Memory: 12 bytes a cell and 13 a row; of each alternative 12 a row that differs and 8 a cluster.
 */
import { totalWithin, type Sparse } from '../value/sparse.ts'
import type { Caveat } from '../domain/caveat.ts'
import type { Estimate, NoInterval } from '../domain/audit-report.ts'
import { decisionsAWeek, worstWeek } from '../value/weeks.ts'
import { clustersOf, saidOfClusters, type ClusterPart } from './sample-size.ts'
import { countBound, countedColumn, countedOf, mostOf, type CountBound, type Counted } from './small-counts.ts'
import { lopsided } from './skewness.ts'
import type { Sample } from './sample.ts'
import { jointTail } from './simultaneous.ts'
import { isUncertain, settled } from './convergence.ts'
import { differing, SumsRoom } from './sums.ts'
import { tooFewUndone } from './exploration-rows.ts'
import { measured, movedBy, type Measured } from './variance.ts'

export interface BandOptions {
  readonly seed: number
  /** Of the distribution of the ladder's largest error; 10,000 unless given. */
  readonly draws?: number
  /** How often an interval may miss, 0 to 1; 0.05 unless given. */
  readonly tail?: number
  /** What a week has; unless given, the block's decisions over the time that they cover. 1: figures are of one decision. */
  readonly decisionsAWeek?: number
}

/** A week's utility, less that of what runs. `[low, high]` holds for all of the ladder together. */
export interface Band extends Estimate {
  /** The standard error. */
  readonly error: number
  /** For this alternative by itself. */
  readonly pointwise: readonly [low: number, high: number]
  /** Both are from the count of what differs: so little does that they are narrower than by `error`. */
  readonly isCounted?: true
  /** With each cluster left out in turn, of every column: the least and the greatest. */
  readonly leaveOneOut: readonly [least: number, greatest: number]
  /** In the whole week of the block that is worst, as many decisions as it had; absent without a whole week. */
  readonly worstWeek?: number
  /** Degrees of freedom of `error`; Infinity where it is 0. */
  readonly freedom: number
  /** Decisions whose difference is known, and of those the ones that differ. */
  readonly known: number
  readonly differing: number
}

export interface Bands {
  readonly clusters: readonly ClusterPart[]
  /** In order of the alternatives. */
  readonly rungs: readonly (Band | NoInterval)[]
  /** Why nothing may be concluded of any of them. */
  readonly noVerdict?: string
  readonly caveats: readonly Caveat[]
}

/**
 * Of each alternative of a ladder its differences, one for each row of the sample: utility less that of what runs, NaN where it is not known. Where there are too few clusters each rung is
 * the reason, in words, and so is one that cannot be estimated. The same seed gives the same bands.
 */
export const bandsOf = (sample: Sample, differences: readonly Float64Array[], options: BandOptions): Bands =>
  bandsOfSparse(sample, differing(sample, differences), options)

/** Of what differs of each alternative. */
export function bandsOfSparse(sample: Sample, parts: readonly Sparse[], options: BandOptions): Bands {
  const bands = estimated(sample, parts, options)
  const { noVerdict } = bands
  return noVerdict === undefined
    ? bands
    : { ...bands, rungs: bands.rungs.map(rung => ('why' in rung ? rung : { why: noVerdict, value: rung.value })) }
}

/** The same whether they are to be believed or not: for proofs of what they cover. */
export const estimatedBands = (sample: Sample, differences: readonly Float64Array[], options: BandOptions): Bands =>
  estimated(sample, differing(sample, differences), options)

function estimated(sample: Sample, parts: readonly Sparse[], options: BandOptions): Bands {
  const { seed, draws = 10_000, tail = 0.05 } = options
  const week = decisionsAWeek(sample, sample.rows, options)
  const counted = new Map<Measured, Counted>()
  const room = new SumsRoom()
  const {
    sample: taken,
    found,
    caveats: ofTime,
  } = settled(sample, {
    measure: by =>
      parts.map(part => {
        const why = whyNot(part, week)
        if (why) return why
        const few = tooFewUndone(sample, part)
        if (few) return { ...few, value: (part.sum / part.rows) * week! }
        const columns: Float64Array[] = []
        const one = measured(by.cells, part, room, (sums, set) => columns.push(...countedColumn(sums, set)))
        counted.set(one, countedOf(part, columns))
        return one
      }),
    moved: (blocks, alternative) => movedBy(blocks, parts[alternative]),
  })
  const uncertain = found.filter(isUncertain)
  const most = mostOf(uncertain.map(one => counted.get(one)!))
  const joint = jointTail(
    uncertain.map(({ influence }) => influence),
    tail,
    { draws, seed },
  )
  const clusters = parts.length === 0 ? [] : clustersOf(taken, parts[0])
  const { caveats, ...said } = saidOfClusters(taken.columns, clusters)
  return {
    clusters,
    rungs: found.map((one, i) => {
      if ('why' in one) return one
      const worst = worstWeek(sample, sample.rows, rows => totalWithin(parts[i], rows))?.value
      const { few } = counted.get(one)!
      const bound = few && one.variance > 0 && said.noVerdict === undefined ? countBound(few, most) : undefined
      return bandOf(one, week!, { tail, joint, bound, ...(worst !== undefined && { worst }) })
    }),
    ...said,
    caveats: [...caveats, ...ofTime],
  }
}

function whyNot({ rows, squares }: Sparse, week: number | undefined): { why: string } | undefined {
  if (rows === 0) return { why: 'of no decision the difference is known' }
  if (rows === 1) return { why: 'of one decision alone the difference is known' }
  if (!Number.isFinite(squares)) return { why: 'a difference is not finite' }
  if (week === undefined) return { why: 'all decisions are at one instant, so there is no week' }
  return undefined
}

interface Banded {
  readonly tail: number
  readonly joint: number
  readonly worst?: number
  readonly bound: CountBound | undefined
}

function bandOf(one: Measured, week: number, { tail, joint, worst, bound }: Banded): Band {
  const [value, error] = [one.value * week, Math.sqrt(one.variance) * week]
  const studentised = (tail: number): Interval => {
    if (error === 0) return [value, value]
    const { below, above } = lopsided(tail, one.freedom, one.skewness)
    return [value - below * error, value + above * error]
  }
  const counted = (tail: number): Interval => {
    const [low, high] = bound!(tail)
    return [(low / one.rows) * week, (high / one.rows) * week]
  }
  const isCounted = bound !== undefined && width(counted(joint)) < width(studentised(joint))
  const interval = isCounted ? counted : studentised
  const [own, together] = [interval(tail), interval(joint)]
  // An error of less than a degree of freedom moves the ends by its skewness, and could move one inwards as the tail gets smaller.
  const [low, high] = [Math.min(together[0], own[0]), Math.max(together[1], own[1])]
  const moves = one.influence.map(column => column.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [0, 0]))
  return {
    value,
    low,
    high,
    error,
    pointwise: own,
    ...(isCounted && { isCounted }),
    leaveOneOut: [value - Math.max(0, ...moves.map(([, high]) => high)) * week, value - Math.min(0, ...moves.map(([low]) => low)) * week],
    ...(worst !== undefined && { worstWeek: worst }),
    freedom: one.freedom,
    known: one.rows,
    differing: one.differing,
  }
}

type Interval = readonly [low: number, high: number]

const width = ([low, high]: Interval): number => high - low
