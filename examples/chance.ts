/**
 * Chance for what examples make up: one stream of numbers for each (seed, who, day, purpose), so that any day of anybody can be computed again
 * without the days before it. The same numbers on every machine.
 */
export type Chance = () => number

/** Uniform in [0, 1) (mulberry32). `parts` are integers. */
export function chance(...parts: number[]): Chance {
  let state = 0
  for (const part of parts) state = scrambled(Math.imul(state, 31) + part)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    return scrambled(state) / 2 ** 32
  }
}

/** An integer in [0, 2^32) that looks like chance and depends on nothing but `value`. */
export function scrambled(value: number): number {
  let mixed = value + 0x6d2b79f5
  mixed = Math.imul(mixed ^ (mixed >>> 15), 1 | mixed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return (mixed ^ (mixed >>> 14)) >>> 0
}

/** From the standard normal distribution (Box and Muller 1958). */
export const normal = (random: Chance): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

export const between = (low: number, high: number, random: Chance): number => low + (high - low) * random()

/** Between two positive numbers, as often within one as within ten times as much. */
export const logBetween = (low: number, high: number, random: Chance): number => low * (high / low) ** random()

/** A whole number from `low` up to below `high`: half of them below `low · (high / low)^¼`. */
export const mostlyFew = (low: number, high: number, random: Chance): number => Math.floor(low * (high / low) ** (random() ** 2))
