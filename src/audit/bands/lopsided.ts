/** Intervals of an estimate whose error is lopsided. */

/**
 * By how many standard errors an interval reaches below and above its estimate, from how many it would if the error were symmetric.
 *
 * **Formula.** Hall's transformation (1992, "On the removal of skewness by transformation"): of t = (estimate − truth) / se and a, the skewness of the estimate, t + a t²/3 + a² t³/27 + a/6 is symmetric
 * up to the order of a². It rises everywhere, so that an interval is taken back through it: t = (3/a) ((1 + a (q − a/6))^(1/3) − 1). An estimate whose rare large errors go up (a > 0) errs
 * more often downward by many of its own standard errors, which are then too small: its interval reaches further above.
 */
export function lopsided(quantile: number, skewness: number): { readonly below: number; readonly above: number } {
  return { below: back(quantile, skewness), above: -back(-quantile, skewness) }
}

function back(q: number, a: number): number {
  if (Math.abs(a) < SYMMETRIC) return q
  return (3 / a) * (Math.cbrt(1 + a * (q - a / 6)) - 1)
}

/** Below it the difference of the roots would be lost in rounding; what is left out is less. */
const SYMMETRIC = 1e-6
