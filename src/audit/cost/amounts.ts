/** Files of numbers that a user gives, each as a range of low, base and high. What is wrong is `SPILL_INPUT`, with the file, the key and the fix. */
import { readFileSync } from 'node:fs'
import { didYouMean } from '../../base/did-you-mean.ts'
import { SpillwayError } from '../../base/errors.ts'
import { shortPath } from '../../base/short-path.ts'
import { show } from '../../base/show.ts'
import type { Range } from '../domain/audit-report.ts'
import { exactly, scenarios } from './range.ts'

/** What one key may have. */
export interface Amount {
  /** `dollars a core and hour`. */
  readonly unit: string
  /** 0 unless given; never below 0. */
  readonly least?: number
  readonly most?: number
  /** The cheap end is the greatest: `low` is not below `base`, nor that below `high`. */
  readonly falls?: true
  /** Taken where the file has none; without it, a key that is missing is refused. */
  readonly otherwise?: Range
}

export type Amounts<K extends string> = Readonly<Record<K, Amount>>

/** The JSON of a file. */
export function readJson(path: string): unknown {
  const place = shortPath(path)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new SpillwayError('SPILL_INPUT', `cannot be read: ${(cause as Error).message.split(',')[0]}`, { place, cause })
  }
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new SpillwayError('SPILL_INPUT', `is no JSON: ${(cause as Error).message}`, { place, cause })
  }
}

/** Checks an object and the keys that it has. */
export function objectOf(value: unknown, keys: readonly string[], place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(place, `is ${show(value)}; it is an object { … }`)
  for (const key of Object.keys(value)) if (!keys.includes(key)) refuse(place, `has no '${key}'${didYouMean(key, keys)}`)
  return value as Readonly<Record<string, unknown>>
}

/** A range for each key of `amounts`; a number stands for one in which all three are equal. */
export function readAmounts<K extends string>(value: unknown, amounts: Amounts<K>, place: string): Readonly<Record<K, Range>> {
  const keys = Object.keys(amounts) as K[]
  const given = objectOf(value, keys, place)
  return Object.fromEntries(keys.map(key => [key, readRange(given[key], amounts[key], `${place}.${key}`)])) as Record<K, Range>
}

/** One range. */
export function readRange(value: unknown, amount: Amount, place: string): Range {
  if (value === undefined) {
    if (amount.otherwise) return amount.otherwise
    refuse(place, `is missing; write { "low": …, "base": …, "high": … }, ${amount.unit}`)
  }
  if (typeof value === 'number') return exactly(checked(value, amount, place))
  const given = objectOf(value, scenarios, place)
  const [low, base, high] = scenarios.map(scenario => checked(given[scenario], amount, `${place}.${scenario}`))
  const inOrder = amount.falls ? low >= base && base >= high : low <= base && base <= high
  if (!inOrder)
    refuse(
      place,
      `is ${low}, ${base}, ${high}; low is the cheap end and high the dear one, so they ${amount.falls ? 'fall' : 'rise'}: swap them`,
    )
  return { low, base, high }
}

function checked(value: unknown, { unit, least = 0, most = Number.MAX_VALUE }: Amount, place: string): number {
  if (value === undefined) refuse(place, `is missing; write a number, ${unit}`)
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(place, `is ${show(value)}; write a number, ${unit}`)
  if (value < least) refuse(place, `is ${value}; write ${least} or more, ${unit}`)
  if (value > most) refuse(place, `is ${value}; write ${most} or less, ${unit}`)
  return value
}

export function refuse(place: string, message: string): never {
  throw new SpillwayError('SPILL_INPUT', message, { place })
}
