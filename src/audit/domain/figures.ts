/**
 * Numbers as the terminal and the page show them, the same for the same number everywhere: `1,234`, `$0.42`, `−18 [−22, −14]`, `12.3M`.
 *
 * An estimate has as many digits as its interval bears, and a bound that is not zero is never shown as zero: whether an interval holds zero must be seen.
 */
import { WEEKS_A_MONTH } from './units.ts'
import type { Estimate, Range } from './audit-report.ts'

/** What is not known has a reason in its place. */
export type Reason = { readonly why: string }

export const isKnown = <T extends object>(value: T): value is Exclude<T, Reason> => !('why' in value)

const DECIMALS_MAX = 4

/** A whole number. */
export const count = (value: number): string => figure(value, 0)

/** To three digits, or to a number of decimals; from ten million on in millions, and then in billions. */
export function figure(value: number, fixed?: number): string {
  const decimals = fixed ?? decimalsOf([value])
  const size = Math.abs(value)
  if (!roundsToMore(size, decimals)) return '0'
  const sign = value < 0 ? '−' : ''
  if (size >= 1e13) return `${sign}${size.toExponential(2)}`
  if (size >= 1e10) return `${sign}${three(size / 1e9)}B`
  if (size >= 1e7) return `${sign}${three(size / 1e6)}M`
  return `${sign}${size.toLocaleString('en-US', { minimumFractionDigits: fixed ?? 0, maximumFractionDigits: decimals })}`
}

/** In a unit: dollars have theirs in front, and are not nothing where they are less than can be shown. */
export function inUnit(value: number, unit: string, fixed?: number): string {
  const text = figure(value, unit === '$' ? (fixed ?? centsOf(value)) : fixed)
  if (unit !== '$') return text
  if (text === '0' && value !== 0) return value > 0 ? '<$0.01' : '−<$0.01'
  return text.startsWith('−') ? `−$${text.slice(1)}` : `$${text}`
}

/** Dollars below a hundred have cents, unless they are whole; a price may be less than ten of them, and has its own digits. */
const centsOf = (value: number): number | undefined =>
  Math.abs(value) < 0.1 && value !== 0 ? undefined : Math.abs(value) < 100 && !Number.isInteger(value) ? 2 : 0

/** With its unit behind it, as in a sentence: `18 late arrivals`, `$18`. */
export const ofUnit = (value: number, unit: string): string => (unit === '$' ? inUnit(value, unit) : `${figure(value)} ${unit}`)

/** What is so much in a week, in a month of 730 hours: plans are priced by the month. */
export const aMonth = (aWeek: number): number => aWeek * WEEKS_A_MONTH

/** Both, for whoever would hold a week against a month: `$592 a week ($2,572 a month)`. */
export const aWeekText = (aWeek: number, unit: string): string =>
  `${unit === '' ? figure(aWeek) : ofUnit(aWeek, unit)} a week${aWeek === 0 ? '' : ` (${inUnit(aMonth(aWeek), unit)} a month)`}`

/** Dollars: below a hundred with cents, unless they are whole; what is less than a cent is not nothing. */
export function dollars(value: number): string {
  return inUnit(value, '$', Math.abs(value) < 100 && !Number.isInteger(value) ? 2 : 0)
}

/** The three numbers of an estimate, with as many decimals as its interval bears. */
export function parts({ value, low, high }: Estimate, unit = ''): readonly [value: string, low: string, high: string] {
  const own = decimalsOf([value, low, high], (high - low) / 2)
  const decimals = unit === '$' ? inCents([value, low, high], own) : own
  return [inUnit(value, unit, decimals), inUnit(low, unit, decimals), inUnit(high, unit, decimals)]
}

/** `−18 [−22, −14]`. */
export function estimateText(estimate: Estimate, unit = ''): string {
  const [value, low, high] = parts(estimate, unit)
  return `${value} [${low}, ${high}]`
}

/** `$120 ($90 to $160)`: base, low and high. */
export const rangeText = ({ low, base, high }: Range): string =>
  low === high ? dollars(base) : `${dollars(base)} (${dollars(low)} to ${dollars(high)})`

/** A part of all, 0 to 1, as `47 %`; one that is neither none nor all is never shown as either. */
export function share(part: number): string {
  const percent = part * 100
  if (percent > 0 && percent < 0.1) return '<0.1 %'
  if (percent < 100 && percent > 99.9) return '>99.9 %'
  return `${figure(percent, percent === 0 || percent === 100 || (percent >= 10 && percent < 99) ? 0 : 1)} %`
}

/** A part of all as `.47`; `–` where there is none. */
export const ratio = (part: number | null): string => (part === null ? '–' : part.toFixed(2).replace(/^0(?=\.)/, ''))

/** `2001-01-01`, UTC. */
export const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** With a capital, unless it begins with a name, and with a full stop, unless it ends with a mark of its own. */
export function sentence(text: string): string {
  if (text === '') return ''
  const begun = text.replace(/^[a-z]+(?=[\s,])/, word => word.charAt(0).toUpperCase() + word.slice(1))
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`
}

/** `26 weeks`, `1.7 weeks`. */
export const weeksText = (weeks: number): string => `${figure(weeks, Number.isInteger(weeks) ? 0 : 1)} week${weeks === 1 ? '' : 's'}`

/** `1 event`, `2,000 events`. */
export const counted = (value: number, what: string): string => `${count(value)} ${what}${value === 1 ? '' : 's'}`

/**
 * How many decimals show the numbers: by the half-width of their interval where they have one, and some more where a number that is not zero would look like it. Not
 * so for one that four decimals do not show either.
 */
function decimalsOf(values: readonly number[], half = 0): number {
  const size = Math.max(...values.map(Math.abs))
  if (values.every(Number.isInteger) && half === Math.round(half) && size >= 1) return 0
  const width = half > 0 ? half : size / 30
  const least = width >= 3 ? 0 : width >= 0.3 ? 1 : width >= 0.03 ? 2 : width > 0 ? 3 : 0
  const isShown = (decimals: number) => values.every(value => value === 0 || roundsToMore(Math.abs(value), decimals))
  for (let decimals = least; decimals <= DECIMALS_MAX; decimals++) if (isShown(decimals)) return decimals
  return least
}

/** Dollars have cents or none; more decimals only where cents would not show them. */
function inCents(values: readonly number[], decimals: number): number {
  if (decimals === 0) return 0
  return values.every(value => value === 0 || roundsToMore(Math.abs(value), 2)) ? 2 : decimals
}

const roundsToMore = (size: number, decimals: number): boolean => Number(size.toFixed(decimals)) > 0

const three = (value: number): string => String(Number(value.toPrecision(3)))
