/** Parses `Retry-After` (RFC 9110, 10.2.3): the time for which a receiver asks for no further attempt. */
import { limits } from '../base/index.ts'

/**
 * Milliseconds from now, at most `RETRY_AFTER_MS_MAX`; `undefined` for a value that is neither seconds nor a date.
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
