/**
 * How good scores are, on rows whose labels, 0 or 1, are known.
 *
 * Each is a function of the pairs of score and label, whatever their order. O(n log n) for those that sort, 8 bytes a row.
 */

export interface Metrics {
  /** Rows with a score, and how many of them have the label 1. */
  readonly n: number
  readonly positives: number
  /** Rows without a score (NaN), which count for nothing else. */
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

export const metricNames = ['auc', 'ap', 'logloss', 'rmse'] as const

export type MetricName = (typeof metricNames)[number]

/** Of `auc` and `ap` more is better, of `logloss` and `rmse` less. */
export const isLoss = (metric: MetricName): boolean => metric === 'logloss' || metric === 'rmse'

/** All of them. A score of NaN is none. */
export function metricsOf(scores: Float64Array, labels: ArrayLike<number>): Metrics {
  const rows = Uint32Array.from(scores, (_, row) => row).filter(row => !Number.isNaN(scores[row]))
  const scored = Float64Array.from(rows, row => scores[row])
  const known = Uint8Array.from(rows, row => labels[row])
  const positives = known.reduce((sum, label) => sum + label, 0)
  const n = rows.length
  const counts = { n, positives, unscored: scores.length - n }
  return {
    ...counts,
    ...(positives > 0 && positives < n && { auc: auc(scored, known) }),
    ...(positives > 0 && { ap: averagePrecision(scored, known) }),
    ...(n > 0 && scored.every(score => score >= 0 && score <= 1) && { logloss: logLoss(scored, known) }),
    ...(n > 0 && { rmse: rmse(scored, known) }),
  }
}

/**
 * The area under the ROC curve: the share of pairs of a row of label 1 and one of label 0 in which the first has the greater score, pairs with equal ones by half
 * (Mann and Whitney 1947). NaN without rows of both labels.
 */
export function auc(scores: Float64Array, labels: ArrayLike<number>): number {
  const [negative, positive] = byLabel(scores, labels)
  let below = 0
  let upto = 0
  // Twice the pairs, so that all of it is whole numbers.
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
 * Σ (recall − recall before) · precision over the scores that occur, from the greatest down, rows of equal score together: the mean precision over the rows of label
 * 1. NaN without one.
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
    const found = positive.length - from
    sum += (to - from) * (found / (found + negative.length - above))
    to = from
  }
  return sum / positive.length
}

/** What a probability of 0 or 1 counts as where the label is the other, so that one row does not make it infinite. */
const NEAREST = 2 ** -52

/** The mean of −log p over rows of label 1 and −log(1 − p) over those of label 0, p kept 2^−52 from 0 and 1. NaN without rows. */
export function logLoss(scores: Float64Array, labels: ArrayLike<number>): number {
  let sum = 0
  for (let row = 0; row < scores.length; row++) sum -= Math.log(Math.max(NEAREST, labels[row] === 1 ? scores[row] : 1 - scores[row]))
  return sum / scores.length
}

/** The root of the mean of (score − label)². NaN without rows. */
export function rmse(scores: Float64Array, labels: ArrayLike<number>): number {
  let sum = 0
  for (let row = 0; row < scores.length; row++) sum += (scores[row] - labels[row]) ** 2
  return Math.sqrt(sum / scores.length)
}

/** The scores of rows of label 0 and of those of label 1, ascending. */
function byLabel(scores: Float64Array, labels: ArrayLike<number>): [negative: Float64Array, positive: Float64Array] {
  return [scores.filter((_, row) => labels[row] !== 1).sort(), scores.filter((_, row) => labels[row] === 1).sort()]
}
