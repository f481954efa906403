/**
 * How good a binary classifier's probabilities are. `scores` and `labels` are in the same order; a label is 1 or 0.
 */

/**
 * Area under the ROC curve: the probability that a positive scores above a negative, ties counting half
 * (Mann–Whitney U / (positives · negatives)). NaN if there are no positives or no negatives. Sorts: n log n.
 */
export function auc(scores: Float64Array, labels: Uint8Array): number {
  const order = ascending(scores)
  let positives = 0
  let rankSum = 0
  for (let from = 0; from < order.length;) {
    let to = from + 1
    while (to < order.length && scores[order[to]] === scores[order[from]]) to++
    const meanRank = (from + 1 + to) / 2
    for (let i = from; i < to; i++)
      if (labels[order[i]] === 1) {
        positives++
        rankSum += meanRank
      }
    from = to
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives))
}

/** Mean squared error of the probabilities (Brier 1950): 0 is perfect. */
export function brier(scores: Float64Array, labels: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < scores.length; i++) sum += (scores[i] - labels[i]) ** 2
  return sum / scores.length
}

/** Mean negative log-likelihood, in nats; probabilities are kept 1e-15 away from 0 and 1. */
export function logLoss(scores: Float64Array, labels: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < scores.length; i++) {
    const p = Math.min(Math.max(scores[i], 1e-15), 1 - 1e-15)
    sum -= Math.log(labels[i] === 1 ? p : 1 - p)
  }
  return sum / scores.length
}

export interface Alerts {
  readonly alerts: number
  /** The part of alerts that were right; NaN without alerts. */
  readonly precision: number
  /** The part of positives that were alerted; NaN without positives. */
  readonly recall: number
}

/** An alert is a score at or above the threshold. */
export function alertsAt(threshold: number, scores: Float64Array, labels: Uint8Array): Alerts {
  let alerts = 0
  let caught = 0
  let positives = 0
  for (let i = 0; i < scores.length; i++) {
    positives += labels[i]
    if (scores[i] < threshold) continue
    alerts++
    caught += labels[i]
  }
  return { alerts, precision: caught / alerts, recall: caught / positives }
}

/** The threshold at which at most this part of the scores alerts: ties at the threshold are left out. */
export function thresholdFor(part: number, scores: Float64Array): number {
  const sorted = scores.toSorted()
  const above = sorted.length - Math.floor(part * sorted.length)
  if (above >= sorted.length) return Infinity
  if (above <= 0) return sorted[0]
  let i = above
  while (i < sorted.length && sorted[i] === sorted[above - 1]) i++
  return i < sorted.length ? sorted[i] : Infinity
}

function ascending(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a] - scores[b])
}
