/** Reads a user's file of numbers, each a range of low, base and high. Throws `SPILL_INPUT` with the file, the key and the fix. */
import { readFileSync } from 'node:fs'
import { didYouMean, SpillwayError, show } from '../../base/index.ts'
import { shortPath } from '../../base/node/index.ts'
import type { Range } from '../domain/audit-report.ts'
import { exactRange, priceScenarios } from './range.ts'

/** Accepted values of one key. */
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

export type AmountSpecs<K extends string> = Readonly<Record<K, AmountSpec>>

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

/** Requires an object that has no other keys than `keys`. */
export function requireObject(value: unknown, keys: readonly string[], place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throwAmountError(place, `is ${show(value)}; write an object { … }`)
  for (const key of Object.keys(value)) if (!keys.includes(key)) throwAmountError(place, `has no '${key}'${didYouMean(key, keys)}`)
  return value as Readonly<Record<string, unknown>>
}

/** A range for each key of `amounts`. A plain number stands for a range with three equal values. */
export function readAmounts<K extends string>(value: unknown, amounts: AmountSpecs<K>, place: string): Readonly<Record<K, Range>> {
  const keys = Object.keys(amounts) as K[]
  const fields = requireObject(value, keys, place)
  return Object.fromEntries(keys.map(key => [key, readRange(fields[key], amounts[key], `${place}.${key}`)])) as Record<K, Range>
}

/** Reads one range. */
export function readRange(value: unknown, amount: AmountSpec, place: string): Range {
  if (value === undefined) {
    if (amount.fallback) return amount.fallback
    throwAmountError(place, `is missing; write { "low": …, "base": …, "high": … }, ${amount.unit}`)
  }
  if (typeof value === 'number') return exactRange(requireNumber(value, amount, place))
  const fields = requireObject(value, priceScenarios, place)
  const [low, base, high] = priceScenarios.map(scenario => requireNumber(fields[scenario], amount, `${place}.${scenario}`))
  const inOrder = amount.descending ? low >= base && base >= high : low <= base && base <= high
  if (!inOrder)
    throwAmountError(
      place,
      `is ${low}, ${base}, ${high}; low is the cheap end and high the expensive end, so the values must ${amount.descending ? 'fall' : 'rise'}: swap them`,
    )
  return { low, base, high }
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
