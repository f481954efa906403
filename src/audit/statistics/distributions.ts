/**
 * Distributions of errors: two-sided tails and quantiles of Student's t and of the normal distribution, and the exact upper confidence
 * bound of a Poisson mean.
 *
 * Student's t takes any positive real number of degrees of freedom; Infinity gives the normal distribution. Relative errors are below 1e-9
 * up to NORMAL_FROM degrees of freedom.
 */

/**
 * The probability that |T| exceeds `t`. Abramowitz and Stegun (1964), 26.7.1: the incomplete beta function I_x(ν/2, 1/2) at x = ν / (ν +
 * t²).
 */
export function studentTail(t: number, freedom: number): number {
  const size = Math.abs(t)
  if (freedom > NORMAL_FROM) return normalTail(size)
  const square = size * size
  const [x, rest] = [freedom / (freedom + square), square / (freedom + square)]
  const a = freedom / 2
  // x^a · (1 − x)^(1/2) / B(a, 1/2)
  const front = Math.exp(a * Math.log1p(-rest)) * Math.sqrt(rest) * (gammaRatio(a) / Math.sqrt(Math.PI))
  return x < (a + 1) / (a + 2.5) ? (front * fraction(a, 0.5, x)) / a : 1 - 2 * front * fraction(0.5, a, rest)
}

/** The t that |T| exceeds with probability `tail`: 1.96 for 0.05 and infinitely many degrees of freedom. */
export const studentQuantile = (tail: number, freedom: number): number => solveFalling(t => studentTail(t, freedom), tail, [0, 1])

/**
 * The probability that a standard normal value exceeds `z` in absolute value: erfc(z / √2), by its series (7.1.6) and from 3 on by its
 * continued fraction (7.1.14).
 */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const density = Math.exp(-x * x) / Math.sqrt(Math.PI)
  if (x < 3) {
    let [term, sum] = [2 * x, 2 * x]
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1)
      sum += term
    }
    return 1 - density * sum
  }
  let below = x
  for (let n = FRACTION_TERMS; n > 0; n--) below = x + n / 2 / below
  return density / below
}

/**
 * From this many degrees of freedom the normal tail is used. The relative difference is t⁴ / 4ν, below 1e-5 wherever the tail exceeds 1e-6.
 */
const NORMAL_FROM = 1e8
const FRACTION_TERMS = 60

/** Γ(a + 1/2) / Γ(a): its asymptotic series (6.1.47) where that is exact, and from there down by Γ(a + 1) = a Γ(a). */
function gammaRatio(a: number): number {
  let [at, factor] = [a, 1]
  for (; at < 40; at++) factor *= at / (at + 0.5)
  const inverse = 1 / at
  const series = 1 + inverse * (-1 / 8 + inverse * (1 / 128 + inverse * (5 / 1024 - (21 / 32768) * inverse)))
  return factor * Math.sqrt(at) * series
}

/** The continued fraction of the incomplete beta function (26.5.8), evaluated from the front by Lentz's method. */
function fraction(a: number, b: number, x: number): number {
  const nonzero = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value)
  let [c, d] = [1, 1 / nonzero(1 - ((a + b) * x) / (a + 1))]
  let value = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonzero(1 + even * d)
    c = nonzero(1 + even / c)
    value *= d * c
    d = 1 / nonzero(1 + odd * d)
    c = nonzero(1 + odd / c)
    const step = d * c
    value *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return value
}

/**
 * The mean at which a Poisson count is at most `count` with probability `tail`: the exact upper bound (Garwood 1936, "Fiducial limits for
 * the Poisson distribution"). For tail 0.025 it is 3.689 at count 0 and 5.572 at count 1. The bound also holds for sums of unequal chances,
 * whose variance is smaller (Hoeffding 1956, "On the distribution of the number of successes in independent trials").
 */
export function poissonUpper(count: number, tail: number): number {
  if (count === 0) return -Math.log(tail)
  let factorial = 0
  for (let i = 2; i <= count; i++) factorial += Math.log(i)
  const atMost = (mean: number): number => Math.exp(count * Math.log(mean) - mean - factorial) * fallingFrom(count, mean)
  return solveFalling(atMost, tail, [count, 2 * count])
}

/** 1 + n/m + n(n − 1)/m² + …: the probabilities of n, n − 1 … relative to that of n. The terms fall because the mean is at least n. */
function fallingFrom(count: number, mean: number): number {
  let [term, sum] = [1, 1]
  for (let n = count; n > 0 && term > sum * 1e-17; n--) {
    term *= n / mean
    sum += term
  }
  return sum
}

/** The place at which a falling function has a value, by bisection. The range moves up, doubling, until it encloses the place. */
function solveFalling(falling: (x: number) => number, value: number, range: readonly [low: number, high: number]): number {
  let [low, high] = range
  while (falling(high) > value) [low, high] = [high, 2 * high]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (falling(middle) > value) low = middle
    else high = middle
  }
  return (low + high) / 2
}
