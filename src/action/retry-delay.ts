/**
 * The delay before a failed delivery is retried: exponential backoff, 1 s after the first attempt, doubling up to 15 min, with ±20 % jitter,
 * and the receiver's `Retry-After`.
 *
 * Jitter keeps deliveries that failed together from coming back together. 15 attempts take about 77 minutes.
 */
import { limits, type Random } from '../base/index.ts'

const SPREAD = 0.2

/** The longest delay that `backoffMs` returns, ms. */
export const longestBackoffMs = Math.ceil(Math.max(limits.BACKOFF_MS_MAX, limits.RETRY_AFTER_MS_MAX) * (1 + SPREAD))

/**
 * Milliseconds from the end of attempt `attempt` (from 1) to the next attempt. At least the receiver's `Retry-After`, which jitter only
 * lengthens. Draws one number from `random`, so the same seed gives the same waits.
 */
export function backoffMs(attempt: number, random: Random, retryAfterMs = 0): number {
  const chance = random()
  const exponential = Math.min(limits.BACKOFF_FIRST_MS * 2 ** (attempt - 1), limits.BACKOFF_MS_MAX)
  const jittered = exponential * (1 - SPREAD + 2 * SPREAD * chance)
  const requested = Math.min(retryAfterMs, limits.RETRY_AFTER_MS_MAX) * (1 + SPREAD * chance)
  return Math.round(Math.max(jittered, requested))
}

/**
 * Parses `Retry-After` (RFC 9110, 10.2.3), the time for which a receiver asks for no further attempt: milliseconds from now, at most `RETRY_AFTER_MS_MAX`; `undefined` for a value that is neither seconds nor a date.
 *
 * A date is measured from the response's own `Date` if it has one, since either clock may be wrong.
 */
export function parseRetryAfter(value: string, answered: string | undefined, now: number): number | undefined {
  const text = value.trim()
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : dateMs(text) - (answered === undefined ? now : orElse(dateMs(answered), now))
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), limits.RETRY_AFTER_MS_MAX)
}

const orElse = (ms: number, otherwise: number): number => (Number.isNaN(ms) ? otherwise : ms)

/** The current format of HTTP dates and the two obsolete ones, all in GMT. NaN for anything else. */
function dateMs(text: string): number {
  if (/^\w{3,9}, \d{2}[ -]\w{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return Date.parse(text)
  return /^\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/.test(text) ? Date.parse(`${text} GMT`) : NaN
}
