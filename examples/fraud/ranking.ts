/** How well scores rank, beside `auc` of the flights. */

/**
 * Average precision: the mean, over positives, of the precision among all that score at least as high (Σ (R_n − R_{n−1}) · P_n, ties taken
 * together). NaN without positives. Sorts: n log n.
 */
export function averagePrecision(scores: Float64Array, labels: Uint8Array): number {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[b] - scores[a])
  let [positives, sum] = [0, 0]
  for (let from = 0; from < order.length;) {
    let to = from
    let here = 0
    for (; to < order.length && scores[order[to]] === scores[order[from]]; to++) here += labels[order[to]]
    positives += here
    sum += (here * positives) / to
    from = to
  }
  return sum / positives
}
