/** Intervals of an estimate whose error is lopsided. */
import { studentQuantile } from './student.ts'

/** By how many standard errors an interval reaches below and above its estimate. */
export interface Reach {
  readonly below: number
  readonly above: number
}

/** The side to which an interval is moved gains all of it, the other loses this part: where skewness is all chance, too wide is better than too narrow. */
const GIVEN_BACK = 0.9
/** What an interval is moved by at most, of its half: beyond it the expansion means nothing, and skewness is known least where there is most of it. */
const MOVED_MOST = 0.3

/**
 * Of an interval that misses with probability `tail`.
 *
 * **Formula.** For an estimate with skewness a, t = (estimate − truth) / se has quantiles z_p − (a/6)(2 z_p² + 1), up to the order of a² (Cornish and Fisher's expansion of a studentised statistic: Hall 1992, "The Bootstrap
 * and Edgeworth Expansion", 2.5). Where rare large errors go up (a > 0), an estimate without one is too low and its own standard error too small: its interval reaches further above. Both sides are then stretched as
 * Student's t is beside the normal. (Hall's transformation of 1992 covers as much, but is flat where a z is about −1: intervals become three times as wide there.)
 */
export function lopsided(tail: number, freedom: number, skewness: number): Reach {
  const z = studentQuantile(tail, Infinity)
  const stretched = studentQuantile(tail, freedom) / z
  const moved = Math.max(-MOVED_MOST * z, Math.min(MOVED_MOST * z, (skewness / 6) * (2 * z * z + 1)))
  return {
    below: stretched * (z - (moved > 0 ? GIVEN_BACK : 1) * moved),
    above: stretched * (z + (moved < 0 ? GIVEN_BACK : 1) * moved),
  }
}
