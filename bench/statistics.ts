/** Statistics of measurements: quantiles, and growth over time. */

/** The least value that at least this share (0 … 1) of the values does not exceed; NaN without values. */
export function percentile(values: ArrayLike<number>, part: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted.length === 0 ? NaN : sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]
}

export interface Latency {
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export const latencyOf = (ms: ArrayLike<number>): Latency => ({
  p50: percentile(ms, 0.5),
  p99: percentile(ms, 0.99),
  p999: percentile(ms, 0.999),
  max: percentile(ms, 1),
})

/** Slope of the least-squares line through the points, `y` by `x`; NaN if all have the same `x`. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (point: { readonly x: number; readonly y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean(point => point.x), mean(point => point.y)]
  return mean(point => (point.x - x) * (point.y - y)) / mean(point => (point.x - x) ** 2)
}
