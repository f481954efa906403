/**
 * Autocorrelation of block errors: where it is significant, a shock lasts longer than a block, and the effective number of blocks is
 * smaller.
 */
import type { ClusterCodes } from './cluster-codes.ts'
import type { ClusteredSample } from './sample.ts'
import { normalTail, studentQuantile } from './student.ts'

/** The significance bound of one level, in standard errors 1/√blocks of an uncorrelated series. */
const SIGNIFICANCE = 2.5
/** The least number of blocks that supports a correlation. */
const BLOCKS_MIN = 20

export interface BlockAutocorrelation {
  /** The index of the sample's column of time blocks. */
  readonly column: number
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
  if (column < 0 || levels === 0 || !hasEnoughBlocks(columns[column].count)) return undefined
  const correlation = Math.max(...influencesOf(columns[column]).map(correlationOf))
  const bound = studentQuantile(normalTail(SIGNIFICANCE) / levels, Infinity) / Math.sqrt(columns[column].count)
  return correlation > bound ? { column, correlation } : undefined
}

/** True if there are enough blocks to estimate an autocorrelation. */
export const hasEnoughBlocks = (blocks: number): boolean => blocks >= BLOCKS_MIN

function correlationOf(v: Float64Array): number {
  let [covariance, variance] = [0, v[0] * v[0]]
  for (let i = 1; i < v.length; i++) {
    covariance += v[i - 1] * v[i]
    variance += v[i] * v[i]
  }
  return variance > 0 ? covariance / variance : 0
}
