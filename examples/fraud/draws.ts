/** Draws that the simulator needs beside those of `../chance.ts`. */
import type { Chance } from '../chance.ts'

/** How many, of a Poisson distribution with this mean (Knuth 1969): costs one number more than it gives. */
export function poisson(mean: number, random: Chance): number {
  const floor = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > floor; product *= random()) count++
  return count
}

/** From the exponential distribution with this mean. */
export const exponential = (mean: number, random: Chance): number => -mean * Math.log(1 - random())

/** A whole number, `low` and `high` included. */
export const wholeBetween = (low: number, high: number, random: Chance): number => low + Math.floor((high - low + 1) * random())

/** `value` as a whole number whose mean is `value`. */
export const rounded = (value: number, random: Chance): number => Math.floor(value) + Number(random() < value % 1)

/** So many different whole numbers from 0 up to below `size`, or all of them; in the order in which they were drawn (Floyd's sampling). */
export function someOf(size: number, count: number, random: Chance): number[] {
  const drawn = new Set<number>()
  for (let top = Math.max(0, size - count); top < size; top++) {
    const one = wholeBetween(0, top, random)
    drawn.add(drawn.has(one) ? top : one)
  }
  return [...drawn]
}
