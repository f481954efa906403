/** Durations: as users write them in definitions, and as text for people. */
import { SpillwayError } from './errors.ts'

/** A duration as users write it: `'250ms'`, `'30s'`, `'10m'`, `'1h'`, `'7d'`, `'2w'`. */
export type Duration = `${number}ms` | `${number}s` | `${number}m` | `${number}h` | `${number}d` | `${number}w`

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/**
 * Milliseconds of a duration. Throws `SPILL_DEFINITION` for anything else, for zero (unless `zero`), and for a fraction of a
 * millisecond.
 */
export function durationMs(text: Duration, { zero = false }: { zero?: boolean } = {}): number {
  const match = /^(\d+)(?:\.(\d{1,15}))?(ms|s|m|h|d|w)$/.exec(text)
  const ms = match ? exactMs(match[1], match[2] ?? '', unitMs[match[3] as keyof typeof unitMs]) : NaN
  if (!Number.isSafeInteger(ms) || ms < 0 || (ms === 0 && !zero))
    throw new SpillwayError('SPILL_DEFINITION', `'${text}' is no duration; write '30s', '10m', '1h' or '7d'`)
  return ms
}

/** Computes in integers, since 2.01 · 1000 is not 2010 in doubles. The result is no integer if the duration is not exact. */
function exactMs(whole: string, fraction: string, unit: number): number {
  const scaled = Number(whole + fraction) * unit
  return Number.isSafeInteger(scaled) ? scaled / 10 ** fraction.length : NaN
}

/** A duration in the largest unit that divides it: 90_000 → `90s`. */
export function durationText(ms: number): Duration {
  for (const unit of ['w', 'd', 'h', 'm', 's'] as const) if (ms !== 0 && ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`
  return `${ms}ms`
}

/** Units of durations as text for people. */
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

/** Upper bounds of the histogram buckets of stage times, in seconds: from 0.1 ms to a minute. */
export const stageBuckets: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60,
]
