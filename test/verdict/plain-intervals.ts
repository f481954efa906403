/**
 * Textbook confidence intervals: of the mean by clusters of one column, with Student's t with one degree of freedom less than there are
 * clusters, and Bonferroni over all comparisons. With several columns the widest. The reference for `src/audit/statistics` in plans.
 */
import type { ClusterColumn, RowRange } from '../../src/audit/domain/cases.ts'
import type { IntervalEstimate, PlanPorts } from '../../src/audit/domain/plan-types.ts'

export const plainIntervals =
  (clusters: readonly ClusterColumn[]): PlanPorts['intervals'] =>
  (differences, rows) =>
    differences.map(difference => intervalOf(difference, clusters, rows, 0.05 / differences.length))

function intervalOf(
  difference: Float64Array,
  clusters: readonly ClusterColumn[],
  { from }: RowRange,
  tail: number,
): IntervalEstimate | { why: string } {
  let sum = 0
  let known = 0
  for (const value of difference) {
    if (Number.isNaN(value)) continue
    sum += value
    known++
  }
  if (known < 2) return { why: 'of no decision the difference is known' }
  const mean = sum / known
  const wide = clusters.map(({ of, count }) => {
    const sums = new Float64Array(count)
    const seen = new Uint8Array(count)
    difference.forEach((value, row) => {
      if (Number.isNaN(value)) return
      sums[of[from + row]] += value - mean
      seen[of[from + row]] = 1
    })
    const occupied = seen.reduce((total, one) => total + one, 0)
    const squares = sums.reduce((total, one) => total + one * one, 0)
    const error = Math.sqrt((occupied / (occupied - 1)) * squares) / known
    return { error, half: error * studentTwoSided(tail, occupied - 1) }
  })
  const { error, half } = wide.reduce((widest, one) => (one.half > widest.half ? one : widest))
  return { value: mean, low: mean - half, high: mean + half, error }
}

/** t such that |T| > t has the probability `tail`: Hill's expansion (1970, CACM algorithm 396), for two degrees of freedom and more. */
export function studentTwoSided(tail: number, freedom: number): number {
  const a = 1 / (freedom - 0.5)
  const b = 48 / (a * a)
  let c = ((20700 * a) / b - 98) * a - 16
  c = c * a + 96.36
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * freedom
  let y = (d * tail) ** (2 / freedom)
  if (y > 0.05 + a) {
    const x = normalTail(tail / 2)
    y = x * x
    if (freedom < 5) c += 0.3 * (freedom - 4.5) * (x + 0.6)
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
    y = Math.expm1(a * y * y)
  } else {
    y =
      ((1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3) + 0.5 / (freedom + 4)) * y - 1) *
        ((freedom + 1) / (freedom + 2)) +
      1 / y
  }
  return Math.sqrt(freedom * y)
}

/** −Φ⁻¹(p) for small p: Abramowitz and Stegun 26.2.23, to 4.5e-4, negative as Hill's expansion has it. */
function normalTail(p: number): number {
  const t = Math.sqrt(-2 * Math.log(p))
  return -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))))
}
