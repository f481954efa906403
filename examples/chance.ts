/**
 * Random numbers of the generated examples: one stream for each (seed, entity, day, purpose). So any day of any entity can be computed
 * again without the days before it, and every machine gets the same numbers.
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

/** Hashes `value` to an integer in [0, 2^32). */
export function scrambled(value: number): number {
  let mixed = value + 0x6d2b79f5
  mixed = Math.imul(mixed ^ (mixed >>> 15), 1 | mixed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return (mixed ^ (mixed >>> 14)) >>> 0
}

/** From the standard normal distribution (Box and Muller 1958). */
export const normal = (random: Chance): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

export const between = (low: number, high: number, random: Chance): number => low + (high - low) * random()

/** Log-uniform between two positive numbers. */
export const logBetween = (low: number, high: number, random: Chance): number => low * (high / low) ** random()

/** A whole number in [low, high): half of them are below `low · (high / low)^¼`. */
export const mostlyFew = (low: number, high: number, random: Chance): number => Math.floor(low * (high / low) ** (random() ** 2))
