/**
 * AUC with inverse-propensity weights: each pair counts by the product of its weights. By sorting, O(n log n), for histories with
 * exploration.
 */
import type { Cases, RowRange } from '../domain/cases.ts'
import { isJudged } from './given-threshold.ts'
import { weightOf } from './propensity-weights.ts'

/** The AUC of rows with a score and a known label; null where a class is missing. */
export function weightedAuc(
  cases: Pick<Cases, 'label' | 'known' | 'eligible' | 'standing'>,
  score: Float64Array,
  { from, to }: RowRange,
): number | null {
  const rows = Uint32Array.from({ length: to - from }, (_, i) => from + i)
    .filter(row => !Number.isNaN(score[row]) && isJudged(cases, row))
    .sort((a, b) => score[a] - score[b])
  // Weights below the current tied scores, and within the tie.
  let [below, negatives, positives, pairs] = [0, 0, 0, 0]
  for (let i = 0; i < rows.length;) {
    let [same, own] = [0, 0]
    const at = score[rows[i]]
    for (; i < rows.length && score[rows[i]] === at; i++) {
      const weight = weightOf(cases, rows[i])
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
