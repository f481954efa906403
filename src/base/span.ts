/** Spans of time as people say them. As users write them in a pipeline's file they are durations (`time.ts`). */

const units = [
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
  ['µs', 1e-3],
] as const

/** Weeks are said only of whole ones, and not of more than so many. */
const WEEKS_MAX = 8

/** A nanosecond, in ms; what is less is nothing. */
const SHORTEST = 1e-6

/**
 * A span of ms to three digits: `0 s`, `12.5 µs`, `250 ms`, `90 s`, `15 min`, `36 h`, `1 day`, `2 weeks`. In the largest unit of which there is one, or in the next smaller one where that
 * says it in a shorter number: 36 h, not 1.5 days.
 */
export function spanTitle(ms: number): string {
  if (Math.abs(ms) < SHORTEST) return '0 s'
  if (ms < 0) return `−${spanTitle(-ms)}`
  if (isWeeks(ms)) return counted(ms / units[0][1], 'week')
  const at = units.findIndex(([unit, size]) => unit !== 'week' && rounded(ms / size) >= 1)
  const [unit, size] = units.at(at)!
  const smaller = units[at + 1] as (typeof units)[number] | undefined
  const value = rounded(ms / size)
  if (at === -1 || Number.isInteger(value) || smaller === undefined || rounded(ms / smaller[1]) >= 120) return counted(value, unit)
  return counted(rounded(ms / smaller[1]), smaller[0])
}

/** The same with all of its digits, in the largest unit that divides it: `1,000 s`, `75 min`, `10 days`. For what somebody chose, and would look for again. */
export function exactSpanTitle(ms: number): string {
  if (ms === 0) return '0 s'
  if (ms < 0) return `−${exactSpanTitle(-ms)}`
  if (isWeeks(ms)) return counted(ms / units[0][1], 'week')
  const [unit, size] = units.find(([unit, size]) => unit !== 'week' && ms % size === 0) ?? (['ms', 1] as const)
  return counted(ms / size, unit)
}

function isWeeks(ms: number): boolean {
  const weeks = ms / units[0][1]
  return Number.isInteger(weeks) && weeks >= 1 && weeks <= WEEKS_MAX
}

/** To three digits, and whole from 100 on. */
const rounded = (value: number): number => (Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)))

function counted(value: number, unit: string): string {
  const plural = (unit === 'day' || unit === 'week') && value !== 1 ? 's' : ''
  return `${value.toLocaleString('en-US', { maximumFractionDigits: 6 })} ${unit}${plural}`
}
