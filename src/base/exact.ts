/** Converts values as people write them to physical values: exactly, or not at all. */
import { durationMs, type Duration } from './duration.ts'

/**
 * The integer `value · 10^scale` if it is an exact safe integer; otherwise `undefined`.
 *
 * A number stands for its shortest decimal text, which is what was typed: 5.1 at scale 1 is 51.
 */
export function scaledInteger(value: number | string, scale: number): number | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(String(value))
  if (!match) return undefined
  const [, sign, whole, fraction = '', exponent = '0'] = match
  const shift = scale - fraction.length + Number(exponent)
  const digits = `${whole}${fraction}`.replace(/^0+(?=\d)/, '')
  if (digits === '0') return 0
  const text = shift >= 0 ? digits + '0'.repeat(Math.min(shift, 30)) : dropZeros(digits, -shift)
  const scaled = text === undefined ? NaN : Number(text)
  return Number.isSafeInteger(scaled) ? (sign === '-' ? -scaled : scaled) : undefined
}

/** Digits after the point of a finite number as written: 1.25 → 2. */
export function decimalPlaces(value: number): number {
  const match = /^-?\d+(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(String(value))
  return Math.max(0, (match?.[1]?.length ?? 0) - Number(match?.[2] ?? 0))
}

/**
 * UTC milliseconds of a Date, of integer milliseconds, or of ISO 8601 text with an offset and a day that exists; otherwise
 * `undefined`.
 */
export function timestampMs(value: unknown): number | undefined {
  const withOffset = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/
  const ms =
    value instanceof Date
      ? value.getTime()
      : typeof value === 'string' && withOffset.test(value) && isDay(value.slice(0, 10))
        ? Date.parse(value)
        : value
  return Number.isSafeInteger(ms) ? (ms as number) : undefined
}

/** Milliseconds of integer milliseconds or of a duration as text, zero included; otherwise `undefined`. */
export function spanMs(value: unknown): number | undefined {
  if (typeof value !== 'string') return Number.isSafeInteger(value) ? (value as number) : undefined
  try {
    return durationMs(value as Duration, { zero: true })
  } catch {
    return undefined
  }
}

/** `Date` reads the 30th of February as the 2nd of March. */
function isDay(date: string): boolean {
  const ms = Date.parse(`${date}T00:00Z`)
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(date)
}

function dropZeros(digits: string, count: number): string | undefined {
  const rest = digits.slice(0, -count)
  return rest !== '' && /^0*$/.test(digits.slice(-count)) ? rest : undefined
}
