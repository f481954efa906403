/**
 * Regular expressions of the texts that a column accepts besides numbers, for JSON Schema: the texts that `fieldReader` and `instantOf`
 * read.
 *
 * They spell digits out, since some schema libraries take `\d` for the digits of any script. Where an expression cannot be exact it
 * accepts less, never more: the server accepts every text that matches.
 */

/** Times are within 2^43 ms of 1970: from 1691 to 2248. */
const year = '(?:169[2-9]|(?:1[789]|2[01])[0-9]{2}|22(?:[0-3][0-9]|4[0-7]))'
const day = '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])'
/** Leap years of this range: divisible by 4, and of the centuries 2000 alone. */
const leapYear = '(?:169[26]|(?:1[789]|2[01])(?:0[48]|[2468][048]|[13579][26])|2000|22(?:0[48]|2[048]|4[04]|[13][26]))'
const time = '[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?'
const offset = '(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)'

/** ISO 8601 with a valid day: `2026-01-01`, optionally with a time, and then optionally with an offset. */
export const instantPattern = `^(?:${year}-(?:${day})|${leapYear}-02-29)(?:${time}${offset}?)?$`

/** Durations such as `5m`, with fractions down to a millisecond. */
export const durationPattern = '^(?:[0-9]{1,7}(?:ms|s|m|h|d|w)|[0-9]{1,4}\\.[0-9]{1,3}(?:s|m|h|d|w))$'

/** Decimal digits that a double always holds exactly. */
const DIGITS = 15

/** Decimals of `scale` digits after the point, and any number of further zeros. */
export function decimalPattern(scale: number, isSigned: boolean): string {
  const whole = scale < DIGITS ? `0*[0-9]{1,${DIGITS - scale}}` : '0+'
  return `^${isSigned ? '-?' : ''}${whole}(?:\\.${scale > 0 ? `[0-9]{1,${scale}}0*` : '0+'})?$`
}
