/**
 * Choice of the block length: blocks of time are lengthened until the errors of neighbouring blocks are uncorrelated.
 *
 * Weather, news and attacks last for days. A shock that lasts longer than a block makes the errors of blocks autocorrelated, and the
 * effective number of blocks smaller. Then longer blocks are taken (2, 4, 7 days …), until they are uncorrelated or too few to test; then
 * the effective sample size prevents a verdict. The covariance that remains across borders is added to the variance (`variance.ts`): a
 * border of four-day blocks cuts every other three-day shock, and so weak a correlation of so few blocks is not significant.
 *
 * Cost: a sample for each step, cached by the sample before it; the differences summed by its blocks; and one more estimation if there was
 * a step.
 */
import type { Caveat } from '../domain/caveat.ts'
import type { NoInterval } from '../domain/element-report.ts'
import { lastResults } from '../domain/caches.ts'
import type { ClusterCodes } from './cluster-codes.ts'
import { normalTail, studentQuantile } from './distributions.ts'
import { withLongerBlocks, type ClusteredSample } from './sample.ts'
import { timeBlocksOfLength, nextBlockLength } from './time-blocks.ts'
import type { VarianceEstimate } from './variance.ts'

/** The significance bound of one level, in standard errors 1/√blocks of an uncorrelated series. */
const SIGNIFICANCE = 2.5
/** The least number of blocks that supports a correlation. */
const BLOCKS_MIN = 20

export type EstimateOrReason = VarianceEstimate | NoInterval

export interface UncorrelatedBlocks {
  /** The sample, with longer blocks where that was necessary. */
  readonly sample: ClusteredSample
  readonly results: readonly EstimateOrReason[]
  readonly caveats: readonly Caveat[]
}

interface BlockEstimators {
  /** Estimates all levels on a sample. */
  readonly estimate: (sample: ClusteredSample) => EstimateOrReason[]
  /** The influence of each block of time on one level, by its index. */
  readonly influence: (blocks: ClusterCodes, level: number) => Float64Array
}

/**
 * Lengthens the blocks of a sample as far as necessary. Only autocorrelations are computed for the steps in between; estimates only for the
 * first and the last sample.
 */
export function withUncorrelatedBlocks(initial: ClusteredSample, { estimate, influence }: BlockEstimators): UncorrelatedBlocks {
  const first = estimate(initial)
  const uncertain = first.flatMap((result, i) => (hasVariance(result) ? [i] : []))
  const shocks: BlockAutocorrelation[] = []
  for (let sample = initial; ;) {
    const shock = significantAutocorrelation(sample, uncertain.length, blocks => uncertain.map(i => influence(blocks, i)))
    if (!shock)
      return {
        sample,
        results: sample === initial ? first : estimate(sample),
        caveats: shocks.length > 0 ? [caveatOf(sample, shocks)] : [],
      }
    shocks.push(shock)
    sample = lengthenBlocks(sample, shock.column)
  }
}

export const hasVariance = (estimate: EstimateOrReason): estimate is VarianceEstimate => 'influence' in estimate && estimate.variance > 0

/** The caveat for the first autocorrelation, if longer blocks removed it; for the last, if too few blocks remain to test. */
function caveatOf({ columns }: ClusteredSample, shocks: readonly BlockAutocorrelation[]): Caveat {
  const [first, last] = [shocks[0], shocks.at(-1)!]
  const { name, span, count } = columns[first.column]
  if (count < BLOCKS_MIN) return { kind: 'lasting shocks', about: 'time', block: last.block, size: last.correlation }
  return { kind: 'longer blocks', about: 'time', block: first.block, correlation: first.correlation, longer: name, size: span! }
}

/** Consecutive sweeps use the same lengthened samples. */
const lastLengthened = lastResults<ClusteredSample, ClusteredSample>()

const lengthenBlocks = (sample: ClusteredSample, column: number): ClusteredSample =>
  lastLengthened(sample, [column], () => {
    const { t, rows, columns } = sample
    return withLongerBlocks(sample, column, timeBlocksOfLength(t, rows, nextBlockLength(columns[column].span!)))
  })

interface BlockAutocorrelation {
  /** The index of the sample's column of time blocks, and its name. */
  readonly column: number
  readonly block: string
  readonly correlation: number
}

/**
 * The significant lag-1 autocorrelation of block errors, or `undefined`. It is the greatest Σ v_i v_{i+1} / Σ v_i² over the levels,
 * whose variances are above 0; `influencesOf` gives each block's influence. The bound is corrected for the number of levels
 * (Bonferroni). A negative correlation makes intervals too wide, which is harmless.
 */
export function significantAutocorrelation(
  { columns }: Pick<ClusteredSample, 'columns'>,
  levels: number,
  influencesOf: (blocks: ClusterCodes) => readonly Float64Array[],
): BlockAutocorrelation | undefined {
  const column = columns.findIndex(({ span, redundant }) => span !== undefined && redundant === undefined)
  if (column < 0 || levels === 0 || columns[column].count < BLOCKS_MIN) return undefined
  const { name: block, count } = columns[column]
  const correlation = Math.max(...influencesOf(columns[column]).map(correlationOf))
  const bound = studentQuantile(normalTail(SIGNIFICANCE) / levels, Infinity) / Math.sqrt(count)
  return correlation > bound ? { column, block, correlation } : undefined
}

function correlationOf(v: Float64Array): number {
  let [covariance, variance] = [0, v[0] * v[0]]
  for (let i = 1; i < v.length; i++) {
    covariance += v[i - 1] * v[i]
    variance += v[i] * v[i]
  }
  return variance > 0 ? covariance / variance : 0
}
