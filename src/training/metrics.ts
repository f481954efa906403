/**
 * Metrics of scores against labels 0 and 1. Each is a function of the pairs of score and label, in any order.
 *
 * Costs O(n log n) for those that sort, and 8 bytes a row.
 */
import { gatherArray, rowsWhere } from '../columns/index.ts'

/** All metrics of one set of scores. */
export interface Metrics {
  /** Rows with a score, and those of them with label 1. */
  readonly n: number
  readonly positives: number
  /** Rows without a score (NaN), which enter nothing else. */
  readonly unscored: number
  /** Absent without rows of both labels. */
  readonly auc?: number
  /** Absent without a row of label 1. */
  readonly ap?: number
  /** Absent without rows, and where a score is no probability. */
  readonly logloss?: number
  /** Absent without rows. */
  readonly rmse?: number
}

/** Names of the metrics. */
export const metricNames = ['auc', 'ap', 'logloss', 'rmse'] as const

/** Name of a metric. */
export type MetricName = (typeof metricNames)[number]

/** True for metrics to minimise: `logloss` and `rmse`. `auc` and `ap` are to be maximised. */
export const isLoss = (metric: MetricName): boolean => metric === 'logloss' || metric === 'rmse'

/**
 * All metrics of scores and labels, one per row. NaN marks a missing score.
 * @example
 *   metricsOf(Float64Array.of(0.2, 0.8), [0, 1]).auc // 1
 */
export function metricsOf(scores: Float64Array, labels: ArrayLike<number>): Metrics {
  const rows = rowsWhere(scores.length, row => !Number.isNaN(scores[row]))
  const scored = gatherArray(scores, rows)
  const scoredLabels = Uint8Array.from(rows, row => labels[row])
  const positives = scoredLabels.reduce((sum, label) => sum + label, 0)
  const n = rows.length
  const counts = { n, positives, unscored: scores.length - n }
  return {
    ...counts,
    ...(positives > 0 && positives < n && { auc: auc(scored, scoredLabels) }),
    ...(positives > 0 && { ap: averagePrecision(scored, scoredLabels) }),
    ...(n > 0 && scored.every(score => score >= 0 && score <= 1) && { logloss: logLoss(scored, scoredLabels) }),
    ...(n > 0 && { rmse: rmse(scored, scoredLabels) }),
  }
}

/**
 * Area under the ROC curve: the share of pairs of a positive and a negative row in which the positive has the greater score; ties count
 * half. NaN without rows of both labels.
 *
 * Source: Mann and Whitney 1947.
 * @example
 *   auc(Float64Array.of(0.2, 0.8), [0, 1]) // 1
 */
export function auc(scores: Float64Array, labels: ArrayLike<number>): number {
  const [negative, positive] = byLabel(scores, labels)
  let below = 0
  let upto = 0
  // Counts pairs twice, so that all sums are whole numbers.
  let pairs = 0
  for (const score of positive) {
    while (below < negative.length && negative[below] < score) below++
    upto = Math.max(upto, below)
    while (upto < negative.length && negative[upto] === score) upto++
    pairs += below + upto
  }
  return pairs / 2 / (positive.length * negative.length)
}

/**
 * Average precision: Σ (recall − previous recall) · precision over distinct scores, descending. It is the mean precision over the rows of
 * label 1. NaN without such a row.
 * @example
 *   averagePrecision(Float64Array.of(0.2, 0.8), [0, 1]) // 1
 */
export function averagePrecision(scores: Float64Array, labels: ArrayLike<number>): number {
  const [negative, positive] = byLabel(scores, labels)
  let sum = 0
  let above = negative.length
  for (let to = positive.length; to > 0;) {
    const score = positive[to - 1]
    let from = to
    while (from > 0 && positive[from - 1] === score) from--
    while (above > 0 && negative[above - 1] >= score) above--
    const truePositives = positive.length - from
    sum += (to - from) * (truePositives / (truePositives + negative.length - above))
    to = from
  }
  return sum / positive.length
}

/** Distance kept from 0 and 1, so that one wrong row does not make the loss infinite. */
const NEAREST = 2 ** -52

/**
 * Log loss: the mean of −log p over rows of label 1 and −log(1 − p) over rows of label 0, with p kept 2^−52 from 0 and 1. NaN without rows.
 * @example
 *   logLoss(Float64Array.of(0.5), [1]) // Math.LN2
 */
export function logLoss(scores: Float64Array, labels: ArrayLike<number>): number {
  let sum = 0
  for (let row = 0; row < scores.length; row++) sum -= Math.log(Math.max(NEAREST, labels[row] === 1 ? scores[row] : 1 - scores[row]))
  return sum / scores.length
}

/**
 * Root mean squared error of scores against labels. NaN without rows.
 * @example
 *   rmse(Float64Array.of(1, 3), [0, 3]) // Math.SQRT1_2
 */
export function rmse(scores: Float64Array, labels: ArrayLike<number>): number {
  let sum = 0
  for (let row = 0; row < scores.length; row++) sum += (scores[row] - labels[row]) ** 2
  return Math.sqrt(sum / scores.length)
}

/** Scores of rows of label 0 and of label 1, ascending. */
function byLabel(scores: Float64Array, labels: ArrayLike<number>): [negative: Float64Array, positive: Float64Array] {
  return [scores.filter((_, row) => labels[row] !== 1).sort(), scores.filter((_, row) => labels[row] === 1).sort()]
}
