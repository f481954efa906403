/**
 * Number formats of the terminal and the page, equal everywhere for equal numbers: `1,234`, `$0.42`, `−18 [−22, −14]`, `12.3M`.
 *
 * An estimate has as many digits as its interval supports. A bound that is not zero never prints as zero, so that the reader sees whether
 * an interval contains zero.
 */
import { WEEKS_PER_MONTH } from './units.ts'
import type { Range } from './audit-report.ts'
import type { Estimate } from './element-report.ts'

/** The reason that replaces an unavailable value. */
export type MissingReason = { readonly why: string }

export const isAvailable = <T extends object>(value: T): value is Exclude<T, MissingReason> => !('why' in value)

const DECIMALS_MAX = 4

export const integerText = (value: number): string => numberText(value, 0)

/** A number with three digits, or with a fixed number of decimals; in millions from 10 million, in billions from 10 billion. */
export function numberText(value: number, fixed?: number): string {
  const decimals = fixed ?? decimalsOf([value])
  const size = Math.abs(value)
  if (!roundsToMore(size, decimals)) return '0'
  const sign = value < 0 ? '−' : ''
  if (size >= 1e13) return `${sign}${size.toExponential(2)}`
  if (size >= 1e10) return `${sign}${three(size / 1e9)}B`
  if (size >= 1e7) return `${sign}${three(size / 1e6)}M`
  return `${sign}${size.toLocaleString('en-US', { minimumFractionDigits: fixed ?? 0, maximumFractionDigits: decimals })}`
}

/** A number in a unit. Dollars have a leading `$`, and an amount below one cent prints as `<$0.01`. */
export function unitText(value: number, unit: string, fixed?: number): string {
  if (unit !== '$') return numberText(value, fixed)
  // An amount below 10 cents has its own digits.
  const text = numberText(value, fixed ?? (Math.abs(value) < 0.1 && value !== 0 ? undefined : centsOf(value)))
  if (text === '0' && value !== 0) return value > 0 ? '<$0.01' : '−<$0.01'
  return text.startsWith('−') ? `−$${text.slice(1)}` : `$${text}`
}

/** The decimals of dollars: below 100 they have cents unless they are whole. */
const centsOf = (value: number): number => (Math.abs(value) < 100 && !Number.isInteger(value) ? 2 : 0)

/** A number followed by its unit, as in a sentence: `18 late arrivals`, `$18`. */
export const quantityText = (value: number, unit: string): string => (unit === '$' ? unitText(value, unit) : `${numberText(value)} ${unit}`)

/** A weekly value as a value per month of 730 hours. */
export const monthlyValue = (perWeek: number): number => perWeek * WEEKS_PER_MONTH

/** A weekly value with its monthly value: `$592 a week ($2,572 a month)`. */
export const weeklyText = (perWeek: number, unit: string): string =>
  `${unit === '' ? numberText(perWeek) : quantityText(perWeek, unit)} a week${perWeek === 0 ? '' : ` (${unitText(monthlyValue(perWeek), unit)} a month)`}`

/** Dollars: with cents below 100 unless whole; `<$0.01` below one cent. */
export const dollarText = (value: number): string => unitText(value, '$', centsOf(value))

/** The three numbers of an estimate, with as many decimals as the interval supports. */
export function estimateParts({ value, low, high }: Estimate, unit = ''): readonly [value: string, low: string, high: string] {
  const own = decimalsOf([value, low, high], (high - low) / 2)
  const decimals = unit === '$' ? inCents([value, low, high], own) : own
  return [unitText(value, unit, decimals), unitText(low, unit, decimals), unitText(high, unit, decimals)]
}

/** `−18 [−22, −14]`. */
export function estimateText(estimate: Estimate, unit = ''): string {
  const [value, low, high] = estimateParts(estimate, unit)
  return `${value} [${low}, ${high}]`
}

/** `$120 ($90 to $160)`: base, low and high. */
export const rangeText = ({ low, base, high }: Range): string =>
  low === high ? dollarText(base) : `${dollarText(base)} (${dollarText(low)} to ${dollarText(high)})`

/** A share from 0 to 1 as `47 %`. A share strictly between 0 and 1 never prints as 0 % or 100 %. */
export function percentageText(part: number): string {
  const percent = part * 100
  if (percent > 0 && percent < 0.1) return '<0.1 %'
  if (percent < 100 && percent > 99.9) return '>99.9 %'
  return `${numberText(percent, percent === 0 || percent === 100 || (percent >= 10 && percent < 99) ? 0 : 1)} %`
}

/** A share as `.47`; `–` for null. */
export const ratioText = (part: number | null): string => (part === null ? '–' : part.toFixed(2).replace(/^0(?=\.)/, ''))

/** `2001-01-01`, UTC. */
export const dateText = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The text as a sentence: with a capital unless it begins with a name, and with a full stop unless it ends with punctuation. */
export function asSentence(text: string): string {
  if (text === '') return ''
  const capitalized = text.replace(/^[a-z]+(?=[\s,])/, word => word.charAt(0).toUpperCase() + word.slice(1))
  return /[.!?…]$/.test(capitalized) ? capitalized : `${capitalized}.`
}

/** `26 weeks`, `1.7 weeks`. */
export const weeksText = (weeks: number): string => `${numberText(weeks, Number.isInteger(weeks) ? 0 : 1)} week${weeks === 1 ? '' : 's'}`

/** `1 event`, `2,000 events`. */
export const countedNoun = (value: number, noun: string): string => `${integerText(value)} ${noun}${value === 1 ? '' : 's'}`

/**
 * The number of decimals that shows all values: by the half-width of their interval, and more where a nonzero value would print as zero. A
 * value that four decimals cannot show adds none.
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

/** Dollars have cents or none; more decimals only where cents would print zero. */
function inCents(values: readonly number[], decimals: number): number {
  if (decimals === 0) return 0
  return values.every(value => value === 0 || roundsToMore(Math.abs(value), 2)) ? 2 : decimals
}

const roundsToMore = (size: number, decimals: number): boolean => Number(size.toFixed(decimals)) > 0

const three = (value: number): string => String(Number(value.toPrecision(3)))

/** A number with two significant digits, in its unit if it has one: `$680,000`, `0.027 late arrivals`. */
export const roundedText = (value: number, unit: string): string => quantityText(Number(value.toPrecision(2)), unit).trimEnd()

/** A signed change as `−29 %`, `+0.3 %`: a decimal below 10 %. */
export function changeText(share: number): string {
  const percent = Math.abs(share) * 100
  const digits = percent >= 9.95 ? String(Math.round(percent)) : percent.toFixed(1)
  if (Number(digits) === 0) return '0 %'
  return `${share < 0 ? '−' : '+'}${digits.replace(/\.0$/, '')} %`
}

/** A signed change and its interval: `−29 %`, `[−46, −14]`. */
export function changeParts({ value, low, high }: Estimate): readonly [change: string, interval: string] {
  const bound = (share: number): string => changeText(share).replace(' %', '').replace('+', '')
  return [changeText(value), `[${bound(low)}, ${bound(high)}]`]
}

/** `−29 % [−46, −14]`. */
export const changeIntervalText = (share: Estimate): string => changeParts(share).join(' ')
