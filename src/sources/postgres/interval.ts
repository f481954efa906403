/** Converts an interval in PostgreSQL's format to milliseconds: `1 day 02:03:04.5`, `-00:00:01`. */
const DAY = 86_400_000
const intervalPattern = /^(?:(-?\d+) days? ?)?(?:([+-]?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?$/

/** `undefined` for months and years, which have no fixed length, and for fractions of a millisecond. */
export function intervalMs(text: string): number | undefined {
  const match = intervalPattern.exec(text)
  if (!match || text === '') return undefined
  const [, days = '0', sign = '', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match
  const digits = fraction.padEnd(6, '0')
  if (!digits.endsWith('000')) return undefined
  const time = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(digits.slice(0, 3))
  const ms = Number(days) * DAY + (sign === '-' ? -time : time)
  return Number.isSafeInteger(ms) ? ms + 0 : undefined
}
