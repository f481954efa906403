/** A span of time as it is read: `15 min`, `1 h`, `1 d`, `90 s`. */
const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** In the largest unit that divides it; one that none does with a digit behind the point. */
export function spanText(ms: number): string {
  for (const [unit, size] of units) if (ms !== 0 && ms % size === 0) return `${ms / size} ${unit}`
  for (const [unit, size] of units) if (ms >= size) return `${Number((ms / size).toFixed(1))} ${unit}`
  return `${Number(ms.toFixed(1))} ms`
}
