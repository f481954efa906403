/** Random draws of the simulator in addition to those of `../chance.ts`. */
import type { Chance } from '../chance.ts'

/** A draw from the Poisson distribution with this mean (Knuth 1969): uses one random number more than the result. */
export function poisson(mean: number, random: Chance): number {
  const floor = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > floor; product *= random()) count++
  return count
}

/** A draw from the exponential distribution with this mean. */
export const exponential = (mean: number, random: Chance): number => -mean * Math.log(1 - random())

/** A whole number from `low` to `high`, both included. */
export const wholeBetween = (low: number, high: number, random: Chance): number => low + Math.floor((high - low + 1) * random())

/** `value` rounded up or down at random, so that the mean is `value`. */
export const rounded = (value: number, random: Chance): number => Math.floor(value) + Number(random() < value % 1)

/** `count` different whole numbers from [0, size), or all of them, in the order of the draws (Floyd's sampling). */
export function someOf(size: number, count: number, random: Chance): number[] {
  const drawn = new Set<number>()
  for (let top = Math.max(0, size - count); top < size; top++) {
    const one = wholeBetween(0, top, random)
    drawn.add(drawn.has(one) ? top : one)
  }
  return [...drawn]
}
