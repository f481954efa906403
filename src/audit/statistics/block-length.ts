/**
 * Choice of the block length: blocks of time are lengthened until the errors of neighbouring blocks are uncorrelated.
 *
 * Weather, news and attacks last for days. Where block errors are autocorrelated (`autocorrelation.ts`), longer blocks are taken (2, 4, 7
 * days …), until they are uncorrelated or too few to test; then the effective sample size prevents a verdict. The covariance that remains
 * across borders is added to the variance (`variance.ts`): a border of four-day blocks cuts every other three-day shock, and so weak a
 * correlation of so few blocks is not significant.
 *
 * Cost: a sample for each step, cached by the sample before it; the differences summed by its blocks; and one more estimation if there was
 * a step.
 */
import type { Caveat } from '../domain/caveat.ts'
import type { NoInterval } from '../domain/element-report.ts'
import { hasEnoughBlocks, significantAutocorrelation, type BlockAutocorrelation } from './autocorrelation.ts'
import type { ClusterCodes } from './cluster-codes.ts'
import { withLongerBlocks, type ClusteredSample } from './sample.ts'
import { timeBlocksOfLength, nextBlockLength } from './time-blocks.ts'
import type { VarianceEstimate } from './variance.ts'

export type EstimateOrReason = VarianceEstimate | NoInterval

export interface UncorrelatedBlocks {
  /** The sample, with longer blocks where that was necessary. */
  readonly sample: ClusteredSample
  readonly results: readonly EstimateOrReason[]
  readonly caveats: readonly Caveat[]
}

export interface BlockEstimators {
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
  const shocks: (BlockAutocorrelation & { readonly block: string })[] = []
  for (let sample = initial; ;) {
    const shock = significantAutocorrelation(sample, uncertain.length, blocks => uncertain.map(i => influence(blocks, i)))
    if (!shock)
      return {
        sample,
        results: sample === initial ? first : estimate(sample),
        caveats: shocks.length > 0 ? [caveatOf(sample, shocks)] : [],
      }
    shocks.push({ ...shock, block: sample.columns[shock.column].name })
    sample = lengthened(sample, shock.column)
  }
}

export const hasVariance = (estimate: EstimateOrReason): estimate is VarianceEstimate => 'influence' in estimate && estimate.variance > 0

/** The caveat for the first autocorrelation, if longer blocks removed it; for the last, if too few blocks remain to test. */
function caveatOf({ columns }: ClusteredSample, shocks: readonly (BlockAutocorrelation & { readonly block: string })[]): Caveat {
  const [first, last] = [shocks[0], shocks.at(-1)!]
  const { name, span, count } = columns[first.column]
  if (!hasEnoughBlocks(count)) return { kind: 'lasting shocks', about: 'time', block: last.block, size: last.correlation }
  return { kind: 'longer blocks', about: 'time', block: first.block, correlation: first.correlation, longer: name, size: span! }
}

/** The lengthened sample of each sample: consecutive sweeps use the same ones. */
const lengthenedSamples = new WeakMap<ClusteredSample, ClusteredSample>()

function lengthened(sample: ClusteredSample, column: number): ClusteredSample {
  const { t, rows, columns } = sample
  const longer =
    lengthenedSamples.get(sample) ?? withLongerBlocks(sample, column, timeBlocksOfLength(t, rows, nextBlockLength(columns[column].span!)))
  lengthenedSamples.set(sample, longer)
  return longer
}
