/** Ranges of amounts: a low, base and high value each, their arithmetic, and reading them from a user's JSON file. */
import { readFileSync } from 'node:fs'
import { didYouMean, SpillwayError, show } from '../../base/index.ts'
import { shortPath } from '../../base/node/index.ts'
import type { Range } from '../domain/audit-report.ts'

/**
 * Three scenarios of one cost. `low` takes the cheap end of every price and assumption, `high` the dear end. They bound the inputs and are
 * not confidence intervals.
 */
export const priceScenarios = ['low', 'base', 'high'] as const
export type PriceScenario = (typeof priceScenarios)[number]

/** A value for each scenario; a range, if it is a number. */
export const perScenario = <T>(of: (scenario: PriceScenario) => T): Readonly<Record<PriceScenario, T>> => ({
  low: of('low'),
  base: of('base'),
  high: of('high'),
})

/** A range with three equal values. */
export const exactRange = (value: number): Range => ({ low: value, base: value, high: value })

export const zeroRange: Range = exactRange(0)

/** Sum of ranges, scenario by scenario. */
export const sumOfRanges = (ranges: readonly Range[]): Range =>
  perScenario(scenario => ranges.reduce((sum, range) => sum + range[scenario], 0))

/** Orders the three values. Simulated results need not rise with their inputs. */
export const orderedRange = ({ low, base, high }: Range): Range => ({
  low: Math.min(low, base, high),
  base,
  high: Math.max(low, base, high),
})

/** Left less right within each scenario, since both pay the same prices; then ordered. */
export const rangeDifference = (left: Range, right: Range): Range => orderedRange(perScenario(scenario => left[scenario] - right[scenario]))

/** Accepted values of one key of a file. */
export interface AmountSpec {
  /** Unit, for messages: `dollars a core and hour`. */
  readonly unit: string
  /** Least value, 0 by default; never below 0. */
  readonly least?: number
  readonly most?: number
  /** The range falls: the cheap end is the greatest value, so `low` is at least `base`, and `base` at least `high`. */
  readonly descending?: true
  /** Default for a key that the file does not have. Without a default the key is required. */
  readonly fallback?: Range
}

export type AmountSpecs = Readonly<Record<string, AmountSpec>>

/** Parses the JSON of a file. Throws `SPILL_FILE` if it cannot be read, `SPILL_FORMAT` if it is not JSON. */
export function readJson(path: string): unknown {
  const place = shortPath(path)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new SpillwayError('SPILL_FILE', `cannot be read: ${(cause as Error).message.split(',')[0]}`, { place, cause })
  }
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new SpillwayError('SPILL_FORMAT', `is not JSON: ${(cause as Error).message}`, { place, cause })
  }
}

/** Requires the object of a file of a format, with no other keys than `keys`. Throws `SPILL_INPUT` with the file, the key and the fix. */
export function requireDocument(value: unknown, format: string, keys: readonly string[], place: string): Readonly<Record<string, unknown>> {
  const fields = requireObject(value, ['format', ...keys], place)
  if (fields['format'] !== format) throwAmountError(place, `has the format ${show(fields['format'])}; write "format": "${format}"`)
  return fields
}

/** Requires an object that has no other keys than `keys`. */
export function requireObject(value: unknown, keys: readonly string[], place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throwAmountError(place, `is ${show(value)}; write an object { … }`)
  for (const key of Object.keys(value)) if (!keys.includes(key)) throwAmountError(place, `has no '${key}'${didYouMean(key, keys)}`)
  return value as Readonly<Record<string, unknown>>
}

/** A range for each key of `amounts`. A plain number stands for a range with three equal values. */
export function readAmounts<K extends string>(
  value: unknown,
  amounts: Readonly<Record<K, AmountSpec>>,
  place: string,
): Readonly<Record<K, Range>> {
  const keys = Object.keys(amounts) as K[]
  const fields = requireObject(value, keys, place)
  return Object.fromEntries(keys.map(key => [key, readRange(fields[key], amounts[key], `${place}.${key}`)])) as Record<K, Range>
}

function readRange(value: unknown, amount: AmountSpec, place: string): Range {
  if (value === undefined) {
    if (amount.fallback) return amount.fallback
    throwAmountError(place, `is missing; write { "low": …, "base": …, "high": … }, ${amount.unit}`)
  }
  if (typeof value === 'number') return exactRange(requireNumber(value, amount, place))
  const fields = requireObject(value, priceScenarios, place)
  const range = perScenario(scenario => requireNumber(fields[scenario], amount, `${place}.${scenario}`))
  const { low, base, high } = range
  const inOrder = amount.descending ? low >= base && base >= high : low <= base && base <= high
  if (!inOrder)
    throwAmountError(
      place,
      `is ${low}, ${base}, ${high}; low is the cheap end and high the expensive end, so the values must ${amount.descending ? 'fall' : 'rise'}: swap them`,
    )
  return range
}

function requireNumber(value: unknown, { unit, least = 0, most = Number.MAX_VALUE }: AmountSpec, place: string): number {
  if (value === undefined) throwAmountError(place, `is missing; write a number, ${unit}`)
  if (typeof value !== 'number' || !Number.isFinite(value)) throwAmountError(place, `is ${show(value)}; write a number, ${unit}`)
  if (value < least) throwAmountError(place, `is ${value}; write ${least} or more, ${unit}`)
  if (value > most) throwAmountError(place, `is ${value}; write ${most} or less, ${unit}`)
  return value
}

/** Throws `SPILL_INPUT` at a place in a file. */
export function throwAmountError(place: string, message: string): never {
  throw new SpillwayError('SPILL_INPUT', message, { place })
}
