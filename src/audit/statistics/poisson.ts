/** How many there are to be expected at most, where so many were counted. */

/**
 * The mean of which a Poisson count is `count` or less with probability `tail`: the exact upper bound (Garwood 1936, "Fiducial limits for the Poisson distribution"); 3.689 for 0.025 and none, 5.572 for one. It holds for a sum of
 * unequal chances too, whose counts vary less (Hoeffding 1956, "On the distribution of the number of successes in independent trials").
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

/** 1 + n/m + n(n − 1)/m² + …: the probabilities of n, n − 1 … over that of n. Of a mean that is not below n terms fall. */
function fallingFrom(count: number, mean: number): number {
  let [term, sum] = [1, 1]
  for (let n = count; n > 0 && term > sum * 1e-17; n--) {
    term *= n / mean
    sum += term
  }
  return sum
}
