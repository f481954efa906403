/** The exact upper confidence bound of a Poisson mean. */

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
  let [low, high] = [count, 2 * count]
  while (atMost(high) > tail) [low, high] = [high, 2 * high]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (atMost(middle) > tail) low = middle
    else high = middle
  }
  return (low + high) / 2
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
