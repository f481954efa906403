/**
 * AUC over millions of decisions by binning, with an error bound from the bin counts; by sorting where the bound is too large.
 *
 * Scores of opposite classes in one bin count as a tie, so the error is at most half of the pairs that share a bin with other scores: below
 * 5 · 10⁻⁵, far below the width of an interval. A bin with one distinct score is exact, so decisions with equal inputs and scores cost
 * nothing. Bins that fit a core's cache are tried first.
 *
 * Cost: O(n) time and 17 MB.
 */
import { auc } from '../../training/index.ts'
import { lastResults, memoize } from '../domain/caches.ts'
import type { Cases, RowRange } from '../domain/cases.ts'
import { hasKnownOutcome } from './alert-evaluation.ts'
import { propensityWeight } from './propensity-weights.ts'

const ERROR_MAX = 5e-5
/** Bin counts, tried in turn. */
const BINS = [1 << 17, 1 << 20] as const
/** Sorting is as fast up to this number of rows. */
const SORTED_ROWS_MAX = 1 << 16

type Labels = Pick<Cases, 'label' | 'isLabelled' | 'eligible' | 'propensityWeights'>

/** By the scores, which are immutable once made: several ways to act on the same scores share the AUC. */
const lastAuc = lastResults<Float64Array, number | null>()

/** The AUC of rows with a score and a known label; null where a class is missing. */
export const aucOf = (cases: Labels, score: Float64Array, rows: RowRange): number | null =>
  lastAuc(score, [cases, rows.from, rows.to], () =>
    cases.propensityWeights ? weightedAuc(cases, score, rows) : computeAuc(cases, score, rows),
  )

/** Stores an AUC that another thread computed for these scores. */
export const cacheAuc = (cases: Labels, score: Float64Array, rows: RowRange, value: number | null): void =>
  void lastAuc(score, [cases, rows.from, rows.to], () => value)

function computeAuc(cases: Labels, score: Float64Array, rows: RowRange): number | null {
  const classes = classesOf(cases)
  const scoreRange = rangeOf(classes, score, rows)
  const { low, high, positives, negatives } = scoreRange
  if (positives === 0 || negatives === 0) return null
  const pairs = positives * negatives
  if (low < high && positives + negatives > SORTED_ROWS_MAX) {
    for (const count of BINS) {
      const bins = countBins(cases, score, rows, { ...scoreRange, count })
      const { below, shared } = pairCounts(bins)
      // The costlier count of mixed bins runs only where the simple bound is too large.
      if (shared / 2 <= ERROR_MAX * pairs || mixedPairs(classes, score, rows, { ...scoreRange, bins }) / 2 <= ERROR_MAX * pairs)
        return below / pairs
    }
  }
  return sortedAuc(cases, score, rows)
}

/** By case: 0 without a known outcome, otherwise 1 + label. The same for every plan. */
const classesOf = memoize((cases: Labels): Uint8Array => cases.label.map((label, row) => (hasKnownOutcome(cases, row) ? 1 + label : 0)))

interface ScoreRange {
  readonly low: number
  readonly high: number
  readonly positives: number
  readonly negatives: number
}

function rangeOf(classes: Uint8Array, score: Float64Array, { from, to }: RowRange): ScoreRange {
  let [low, high, labelled, sum] = [Infinity, -Infinity, 0, 0]
  for (let row = from; row < to; row++) {
    const value = score[row]
    if (classes[row] === 0 || Number.isNaN(value)) continue
    if (value < low) low = value
    if (value > high) high = value
    labelled++
    sum += classes[row]
  }
  return { low, high, positives: sum - labelled, negatives: 2 * labelled - sum }
}

/** Bins by their number, reused for the next scores of the same cases. */
const binBuffers = memoize<Labels, Map<number, Uint32Array<ArrayBuffer>>>(() => new Map())

function emptyBins(cases: Labels, count: number): Uint32Array {
  const bins = binBuffers(cases).get(count)?.fill(0) ?? new Uint32Array(2 * count)
  binBuffers(cases).set(count, bins)
  return bins
}

/** The counts of each bin, negatives then positives: adjacent in memory because counted together. */
function countBins(
  cases: Labels,
  score: Float64Array,
  { from, to }: RowRange,
  { low, high, count }: ScoreRange & { readonly count: number },
): Uint32Array {
  const classes = classesOf(cases)
  const bins = emptyBins(cases, count)
  const scale = (count - 1) / (high - low)
  for (let row = from; row < to; row++) {
    const value = score[row]
    const kind = classes[row]
    if (kind === 0 || Number.isNaN(value)) continue
    const place = 2 * binOf(value, low, scale) + kind - 1
    bins[place] = bins[place] + 1
  }
  return bins
}

/** The bin as an integer below 2³¹. */
const binOf = (score: number, low: number, scale: number): number => ((score - low) * scale) | 0

/** `below`: ordered pairs, with ties in a bin counted half; `shared`: the tied pairs. */
function pairCounts(bins: Uint32Array): { below: number; shared: number } {
  let [below, shared, under] = [0, 0, 0]
  for (let at = 0; at < bins.length; at += 2) {
    const both = bins[at] * bins[at + 1]
    below += bins[at + 1] * under + both / 2
    shared += both
    under += bins[at]
  }
  return { below, shared }
}

/** The pairs that share a bin with more than one distinct score. */
function mixedPairs(
  classes: Uint8Array,
  score: Float64Array,
  { from, to }: RowRange,
  { low, high, bins }: ScoreRange & { readonly bins: Uint32Array },
): number {
  const count = bins.length / 2
  const first = new Float64Array(count).fill(NaN)
  const isMixed = new Uint8Array(count)
  const scale = (count - 1) / (high - low)
  for (let row = from; row < to; row++) {
    if (classes[row] === 0 || Number.isNaN(score[row])) continue
    const bin = binOf(score[row], low, scale)
    if (Number.isNaN(first[bin])) first[bin] = score[row]
    else if (score[row] !== first[bin]) isMixed[bin] = 1
  }
  let shared = 0
  for (let bin = 0; bin < count; bin++) if (isMixed[bin] === 1) shared += bins[2 * bin] * bins[2 * bin + 1]
  return shared
}

function sortedAuc(cases: Labels, score: Float64Array, { from, to }: RowRange): number {
  const rows = Uint32Array.from({ length: to - from }, (_, i) => from + i).filter(
    row => !Number.isNaN(score[row]) && hasKnownOutcome(cases, row),
  )
  return auc(
    Float64Array.from(rows, row => score[row]),
    Uint8Array.from(rows, row => cases.label[row]),
  )
}

/** The AUC with inverse-propensity weights: each pair counts by the product of its weights. By sorting, O(n log n). */
function weightedAuc(cases: Labels, score: Float64Array, { from, to }: RowRange): number | null {
  const rows = Uint32Array.from({ length: to - from }, (_, i) => from + i)
    .filter(row => !Number.isNaN(score[row]) && hasKnownOutcome(cases, row))
    .sort((a, b) => score[a] - score[b])
  // Weights below the current tied scores, and within the tie.
  let [below, negatives, positives, pairs] = [0, 0, 0, 0]
  for (let i = 0; i < rows.length;) {
    let [same, own] = [0, 0]
    const at = score[rows[i]]
    for (; i < rows.length && score[rows[i]] === at; i++) {
      const weight = propensityWeight(cases, rows[i])
      if (cases.label[rows[i]] === 1) own += weight
      else same += weight
    }
    pairs += own * (below + same / 2)
    below += same
    negatives += same
    positives += own
  }
  return positives === 0 || negatives === 0 ? null : pairs / (positives * negatives)
}
