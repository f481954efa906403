/** Units of months and of costs, and the number formats of cost arithmetic. */
import { HOUR_MS } from '../../base/index.ts'

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
