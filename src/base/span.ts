/** Durations as text for people. `time.ts` has durations as users write them in definitions. */

const units = [
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
  ['µs', 1e-3],
] as const

/** Greatest number of weeks; weeks are used for whole weeks only. */
const WEEKS_MAX = 8

/** A nanosecond, in ms; anything shorter is shown as 0. */
const SHORTEST = 1e-6

/**
 * A duration in ms to three digits: `0 s`, `12.5 µs`, `250 ms`, `90 s`, `15 min`, `36 h`, `1 day`, `2 weeks`.
 *
 * The unit is the largest of which there is at least one, or the next smaller one if the number is shorter in it: 36 h, not 1.5
 * days.
 */
export function spanTitle(ms: number): string {
  if (Math.abs(ms) < SHORTEST) return '0 s'
  if (ms < 0) return `−${spanTitle(-ms)}`
  if (isWeeks(ms)) return withUnit(ms / units[0][1], 'week')
  const at = units.findIndex(([unit, size]) => unit !== 'week' && toThreeDigits(ms / size) >= 1)
  const [unit, size] = units.at(at)!
  const smaller = units[at + 1] as (typeof units)[number] | undefined
  const value = toThreeDigits(ms / size)
  if (at === -1 || Number.isInteger(value) || smaller === undefined || toThreeDigits(ms / smaller[1]) >= 120) return withUnit(value, unit)
  return withUnit(toThreeDigits(ms / smaller[1]), smaller[0])
}

/**
 * A duration in ms with all its digits, in the largest unit that divides it: `1,000 s`, `75 min`, `10 days`. For values that
 * somebody chose and would search for.
 */
export function exactSpanTitle(ms: number): string {
  if (ms === 0) return '0 s'
  if (ms < 0) return `−${exactSpanTitle(-ms)}`
  if (isWeeks(ms)) return withUnit(ms / units[0][1], 'week')
  const [unit, size] = units.find(([unit, size]) => unit !== 'week' && ms % size === 0) ?? (['ms', 1] as const)
  return withUnit(ms / size, unit)
}

function isWeeks(ms: number): boolean {
  const weeks = ms / units[0][1]
  return Number.isInteger(weeks) && weeks >= 1 && weeks <= WEEKS_MAX
}

/** To three digits, and to whole numbers from 100 on. */
const toThreeDigits = (value: number): number => (Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)))

function withUnit(value: number, unit: string): string {
  const plural = (unit === 'day' || unit === 'week') && value !== 1 ? 's' : ''
  return `${value.toLocaleString('en-US', { maximumFractionDigits: 6 })} ${unit}${plural}`
}
