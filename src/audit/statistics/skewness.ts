/** Skewness correction of confidence intervals. */
import { studentQuantile } from './student.ts'

/** The standard errors by which an interval extends below and above its estimate. */
export interface IntervalReach {
  readonly below: number
  readonly above: number
}

/**
 * The far side is extended by the whole correction, the near side shortened by this share of it: the skewness may be chance, and too wide
 * is better than too narrow.
 */
const NEAR_SIDE_SHARE = 0.9
/** The maximum correction, as a share of the half-width: beyond it the expansion is invalid, and large skewness is poorly estimated. */
const CORRECTION_MAX = 0.3

/**
 * The extents of an interval that misses with probability `tail`.
 *
 * **Formula.** For an estimate with skewness a, t = (estimate − truth) / se has quantiles z_p − (a/6)(2 z_p² + 1), up to the order of a²
 * (Cornish-Fisher expansion of a studentised statistic: Hall 1992, "The Bootstrap and Edgeworth Expansion", 2.5). Where rare large errors
 * are positive (a > 0), an estimate without one is too low with too small a standard error, so its interval extends further up. Both sides
 * are then scaled by the ratio of Student's t to the normal quantile. (Hall's transformation of 1992 has equal coverage but is flat near z
 * = −1: intervals become three times as wide there.)
 */
export function skewnessAdjustedReach(tail: number, freedom: number, skewness: number): IntervalReach {
  const z = studentQuantile(tail, Infinity)
  const studentRatio = studentQuantile(tail, freedom) / z
  const correction = Math.max(-CORRECTION_MAX * z, Math.min(CORRECTION_MAX * z, (skewness / 6) * (2 * z * z + 1)))
  return {
    below: studentRatio * (z - (correction > 0 ? NEAR_SIDE_SHARE : 1) * correction),
    above: studentRatio * (z + (correction < 0 ? NEAR_SIDE_SHARE : 1) * correction),
  }
}
