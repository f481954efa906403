/**
 * Confidence intervals of differences in value: of the levels of a staleness sweep, and of the plans behind every verdict
 * (`audit/compare/clusters.ts`). A level is the value under other settings less that of now, decision by decision: θ = Σd / Σn, times
 * the decisions of a week for a sweep, times 1 for plans.
 *
 * Intervals are studentised: `value` ± t · `error`. The error is clustered by every column at once (`variance.ts`). The quantile is
 * Student's t with the error's degrees of freedom, at a tail that is simultaneous over the levels (`simultaneous.ts`), corrected for the
 * error's skewness. So the interval includes shocks that an airport or a day shares, and shocks of several days (`block-length.ts`). The
 * number of decisions per week is taken as exact. `prove verdict` measures the coverage. Where few decisions differ, a bound from their
 * count is used if it is narrower (`small-counts.ts`), provided there are enough clusters for a verdict.
 *
 * Score thresholds are constants here, since they are set on an earlier block of the history. So a level is its differences, row by row,
 * and one pass over rows gives their sums by cluster, exactly.
 *
 * Cost: O(rows + cells) a level. Memory: 12 bytes a cell and 13 a row; for each level 12 a differing row and 8 a cluster.
 */
import { countedNoun } from '../domain/figures.ts'
import { sumWithin, type SparseValues } from '../value/sparse.ts'
import type { Caveat } from '../domain/caveat.ts'
import type { Estimate, NoInterval } from '../domain/element-report.ts'
import { decisionsPerWeek, worstWeek } from '../value/weeks.ts'
import { effectiveSampleSizes, sampleSizeCaveats, type EffectiveSampleSize } from './effective-sample-size.ts'
import { countBound, largestPossibleDifference, type CountBound } from './small-counts.ts'
import { studentQuantile } from './distributions.ts'
import type { CellSet, ClusteredSample } from './sample.ts'
import { simultaneousTail } from './simultaneous.ts'
import { hasVariance, withUncorrelatedBlocks, type EstimateOrReason, type UncorrelatedBlocks } from './block-length.ts'
import { sparseDifferences, SumBuffers } from './cell-sums.ts'
import { estimateVariance, clusterInfluence, type VarianceEstimate } from './variance.ts'

export interface IntervalOptions {
  readonly seed: number
  /** Draws of the distribution of the largest error of all levels; default 10,000. */
  readonly draws?: number
  /** The probability that an interval misses, 0 to 1; default 0.05. */
  readonly tail?: number
  /**
   * The eligible decisions that a figure is about: by default those of a week, by the time that the block covers. With 1, figures are per
   * eligible decision.
   */
  readonly decisionsPerUnit?: number
}

/** The value of a level less that of now. `[low, high]` is simultaneous over all levels. */
export interface LevelInterval extends Estimate {
  /** The standard error. */
  readonly error: number
  /** The interval for this level alone. */
  readonly pointwise: readonly [low: number, high: number]
  /** Present where both intervals are bounds from the count of differing decisions, which are narrower than those by `error`. */
  readonly isCounted?: true
  /** The jackknife range over the clusters of every column. */
  readonly leaveOneOut: readonly [least: number, greatest: number]
  /** The value of the block's worst whole week, with that week's decisions; absent without a whole week. */
  readonly worstWeek?: number
  /** Degrees of freedom of `error`; Infinity where the error is 0. */
  readonly freedom: number
  /** Decisions whose difference is known, and those whose difference is not 0. */
  readonly known: number
  readonly differing: number
}

export interface DifferenceIntervals {
  readonly clusters: readonly EffectiveSampleSize[]
  /** In the order of the differences. */
  readonly levels: readonly (LevelInterval | NoInterval)[]
  /** The reason why no level has a verdict. */
  readonly noVerdict?: string
  readonly caveats: readonly Caveat[]
}

/**
 * The intervals of levels. Each level is one difference per row of the sample: value less that of now, NaN where unknown. With too
 * few clusters each interval is replaced by the reason, as is a level that cannot be estimated. Deterministic for a given seed.
 */
export const differenceIntervals = (
  sample: ClusteredSample,
  differences: readonly Float64Array[],
  options: IntervalOptions,
): DifferenceIntervals => sparseDifferenceIntervals(sample, sparseDifferences(sample, differences), options)

/** The intervals of levels given as sparse differences. */
export function sparseDifferenceIntervals(
  sample: ClusteredSample,
  differences: readonly SparseValues[],
  options: IntervalOptions,
): DifferenceIntervals {
  const intervals = estimateIntervals(sample, differences, options)
  const { noVerdict } = intervals
  return noVerdict === undefined
    ? intervals
    : { ...intervals, levels: intervals.levels.map(level => ('why' in level ? level : { why: noVerdict, value: level.value })) }
}

/** The intervals even with too few clusters, for proofs of their coverage. */
export const uncheckedIntervals = (
  sample: ClusteredSample,
  differences: readonly Float64Array[],
  options: IntervalOptions,
): DifferenceIntervals => estimateIntervals(sample, sparseDifferences(sample, differences), options)

function estimateIntervals(
  sample: ClusteredSample,
  differences: readonly SparseValues[],
  { seed, draws = 10_000, tail = 0.05, decisionsPerUnit }: IntervalOptions,
): DifferenceIntervals {
  const decisions = decisionsPerUnit ?? decisionsPerWeek(sample, sample.rows)
  const estimated = estimateLevels(sample, differences, decisions)
  const clusters = differences.length === 0 ? [] : effectiveSampleSizes(estimated.sample, differences[0])
  const { caveats, ...clusterCaveats } = sampleSizeCaveats(estimated.sample.columns, clusters)
  const uncertain = estimated.results.filter(hasVariance)
  const simultaneous = simultaneousTail(
    uncertain.map(({ influence }) => influence),
    tail,
    { draws, seed },
  )
  const maximum = largestPossibleDifference(uncertain.map(({ counts }) => counts))
  const levels = estimated.results.map((estimate, i) => {
    if ('why' in estimate) return estimate
    const { few } = estimate.counts
    // A bound from the count of differing decisions, where few differ and there are enough clusters for a verdict.
    const bound = few && estimate.variance > 0 && clusterCaveats.noVerdict === undefined ? countBound(few, maximum) : undefined
    const worst = worstWeek(sample, sample.rows, rows => sumWithin(differences[i], rows))
    return levelInterval(estimate, { decisions: decisions!, tails: { pointwise: tail, simultaneous }, bound, worstWeek: worst?.value })
  })
  return { clusters, levels, ...clusterCaveats, caveats: [...caveats, ...estimated.caveats] }
}

/** The estimate of each level, on blocks of time that are long enough. */
function estimateLevels(sample: ClusteredSample, differences: readonly SparseValues[], decisions: number | undefined): UncorrelatedBlocks {
  const buffers = new SumBuffers()
  const estimateLevel = (difference: SparseValues, cells: readonly CellSet[]): EstimateOrReason => {
    const why = reasonWithoutInterval(difference, decisions)
    if (why) return why
    const tooFew = tooFewExplored(sample, difference)
    if (tooFew) return { ...tooFew, value: (difference.sum / difference.rows) * decisions! }
    return estimateVariance(cells, difference, buffers)
  }
  return withUncorrelatedBlocks(sample, {
    estimate: ({ cells }) => differences.map(difference => estimateLevel(difference, cells)),
    influence: (blocks, level) => clusterInfluence(blocks, differences[level]),
  })
}

function reasonWithoutInterval({ rows, squares }: SparseValues, decisions: number | undefined): { why: string } | undefined {
  if (rows === 0) return { why: 'the difference is known for no decision' }
  if (rows === 1) return { why: 'the difference is known for one decision alone' }
  if (!Number.isFinite(squares)) return { why: 'a difference is not finite' }
  if (decisions === undefined) return { why: 'all decisions are at one instant, so there is no week' }
  return undefined
}

/**
 * The least number of changed explored decisions. With fewer, their spread does not show what the draw missed: intervals cover 95 % from 15
 * on, and 92 % at 10 to 14.
 */
const CHANGED_EXPLORED_MIN = 15

/** The reason for no interval where a level changes decisions with a hidden outcome but too few explored ones. */
export function tooFewExplored({ weight }: Pick<ClusteredSample, 'weight'>, { at }: Pick<SparseValues, 'at'>): { why: string } | undefined {
  if (!weight) return undefined
  let [hidden, undone] = [0, 0]
  for (const row of at) {
    if (weight[row] === 0) hidden++
    else if (weight[row] !== 1) undone++
  }
  if (undone >= CHANGED_EXPLORED_MIN || hidden + undone === 0) return undefined
  return {
    why: `it changes ${countedNoun(hidden, 'decision')} whose outcome an action hid, and ${undone} explored ones: under ${CHANGED_EXPLORED_MIN} there is no interval`,
  }
}

interface IntervalInputs {
  /** The decisions that a figure is about. */
  readonly decisions: number
  /** The probabilities that one interval misses, and that any interval does. */
  readonly tails: { readonly pointwise: number; readonly simultaneous: number }
  readonly bound: CountBound | undefined
  readonly worstWeek: number | undefined
}

function levelInterval(estimate: VarianceEstimate, { decisions, tails, bound, worstWeek }: IntervalInputs): LevelInterval {
  const [value, error] = [estimate.value * decisions, Math.sqrt(estimate.variance) * decisions]
  const studentised = studentisedInterval(estimate, value, error)
  const counted = bound && countInterval(bound, estimate.rows, decisions)
  const isCounted = counted !== undefined && width(counted(tails.simultaneous)) < width(studentised(tails.simultaneous))
  const intervalAt = isCounted ? counted : studentised
  const [pointwise, simultaneous] = [intervalAt(tails.pointwise), intervalAt(tails.simultaneous)]
  return {
    value,
    // With less than one degree of freedom the skewness correction could move an end inwards as the tail gets smaller.
    low: Math.min(simultaneous[0], pointwise[0]),
    high: Math.max(simultaneous[1], pointwise[1]),
    error,
    pointwise,
    ...(isCounted && { isCounted }),
    leaveOneOut: leaveOneOutRange(estimate, value, decisions),
    ...(worstWeek !== undefined && { worstWeek }),
    freedom: estimate.freedom,
    known: estimate.rows,
    differing: estimate.counts.differing,
  }
}

type Interval = readonly [low: number, high: number]
type IntervalAt = (tail: number) => Interval

const studentisedInterval =
  ({ freedom, skewness }: VarianceEstimate, value: number, error: number): IntervalAt =>
  tail => {
    if (error === 0) return [value, value]
    const { below, above } = skewnessAdjustedReach(tail, freedom, skewness)
    return [value - below * error, value + above * error]
  }

const countInterval =
  (bound: CountBound, rows: number, decisions: number): IntervalAt =>
  tail => {
    const [low, high] = bound(tail)
    return [(low / rows) * decisions, (high / rows) * decisions]
  }

function leaveOneOutRange({ influence }: VarianceEstimate, value: number, decisions: number): Interval {
  const extremes = influence.map(column => column.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [0, 0]))
  const [least, greatest] = [Math.min(0, ...extremes.map(([low]) => low)), Math.max(0, ...extremes.map(([, high]) => high))]
  return [value - greatest * decisions, value - least * decisions]
}

const width = ([low, high]: Interval): number => high - low

/** The standard errors by which an interval extends below and above its estimate. */
interface IntervalReach {
  readonly below: number
  readonly above: number
}

/**
 * The far side is extended by the whole correction, the near side shortened by this share of it: the skewness may be chance, and too wide
 * is better than too narrow.
 */
const NEAR_SIDE_SHARE = 0.9
/** The maximum correction, as a share of the half-width: beyond it the expansion is invalid, and large skewness is poorly estimated. */
const CORRECTION_MAX = 0.3

/**
 * The extents of an interval that misses with probability `tail`.
 *
 * **Formula.** For an estimate with skewness a, t = (estimate − truth) / se has quantiles z_p − (a/6)(2 z_p² + 1), up to the order of a²
 * (Cornish-Fisher expansion of a studentised statistic: Hall 1992, "The Bootstrap and Edgeworth Expansion", 2.5). Where rare large errors
 * are positive (a > 0), an estimate without one is too low with too small a standard error, so its interval extends further up. Both sides
 * are then scaled by the ratio of Student's t to the normal quantile. (Hall's transformation of 1992 has equal coverage but is flat near z
 * = −1: intervals become three times as wide there.)
 */
export function skewnessAdjustedReach(tail: number, freedom: number, skewness: number): IntervalReach {
  const z = studentQuantile(tail, Infinity)
  const studentRatio = studentQuantile(tail, freedom) / z
  const correction = Math.max(-CORRECTION_MAX * z, Math.min(CORRECTION_MAX * z, (skewness / 6) * (2 * z * z + 1)))
  return {
    below: studentRatio * (z - (correction > 0 ? NEAR_SIDE_SHARE : 1) * correction),
    above: studentRatio * (z + (correction < 0 ? NEAR_SIDE_SHARE : 1) * correction),
  }
}
