/** Units of time and of costs, and the number formats of cost arithmetic. */

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
export const WEEK_MS = 7 * DAY_MS
/** The 8,760 hours of a year divided by 12. */
export const MONTH_HOURS = 730
export const WEEKS_PER_MONTH = MONTH_HOURS / (7 * 24)
export const MONTH_MS = MONTH_HOURS * HOUR_MS
export const GB = 1e9

const threeDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A number with three significant digits and thousands separators: `0.0425`, `12.3`, `1,650`. */
export const formatAmount = (value: number): string => threeDigits.format(value)

/** `$0.0425`, `-$1,650`. */
export const formatDollars = (value: number): string => `${value < 0 ? '-' : ''}$${formatAmount(Math.abs(value))}`

/** A count with its noun: `1 run`, `1,200 runs`. */
export const formatCount = (count: number, noun: string): string => `${whole.format(count)} ${noun}${Math.round(count) === 1 ? '' : 's'}`
