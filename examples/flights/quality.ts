/**
 * Metrics of a binary classifier in addition to those of `spillway/training`. `scores` and `labels` are in the same order; a label is 1 or
 * 0.
 */

/** Mean squared error of the probabilities (Brier 1950): 0 is perfect. */
export function brier(scores: Float64Array, labels: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < scores.length; i++) sum += (scores[i] - labels[i]) ** 2
  return sum / scores.length
}

export interface Alerts {
  readonly alerts: number
  /** Share of the alerts that were right; NaN without alerts. */
  readonly precision: number
  /** Share of the positives with an alert; NaN without positives. */
  readonly recall: number
}

/** A score at or above the threshold is an alert. */
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

/** The threshold at which at most this share of the scores are alerts: ties at the threshold are left out. */
export function thresholdFor(part: number, scores: Float64Array): number {
  const sorted = scores.toSorted()
  const above = sorted.length - Math.floor(part * sorted.length)
  if (above >= sorted.length) return Infinity
  if (above <= 0) return sorted[0]
  let i = above
  while (i < sorted.length && sorted[i] === sorted[above - 1]) i++
  return i < sorted.length ? sorted[i] : Infinity
}
