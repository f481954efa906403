/** Validates numeric options of the trainers: bounds and defaults. */
import { didYouMean, show } from '../../base/index.ts'
import { untrainable } from './training-table.ts'

/** Default and bounds of an option. */
export interface OptionBound {
  readonly is: number
  readonly from: number
  readonly to: number
  /** Excludes `from` itself. */
  readonly above?: true
  readonly whole?: true
}

/**
 * Numbers of `given`, or their defaults. `others` are further options that are allowed.
 * @throws `SPILL_TRAINING` for an unknown option or a number out of its bounds.
 */
export function numericOptions<Names extends string>(
  caller: string,
  options: object,
  bounds: Readonly<Record<Names, OptionBound>>,
  others: readonly string[] = [],
): Record<Names, number> {
  const names = Object.keys(bounds) as Names[]
  for (const name of Object.keys(options))
    if (!(name in bounds) && !others.includes(name))
      untrainable(`${caller} has no option '${name}'${didYouMean(name, [...names, ...others])}`)
  const numberOf = (name: Names): number => {
    const value = (options as Readonly<Record<string, unknown>>)[name] ?? bounds[name].is
    if (!isWithin(value, bounds[name])) untrainable(`${caller}: ${name} is ${wordsOf(bounds[name])}, got ${show(value)}`)
    return value
  }
  return Object.fromEntries(names.map(name => [name, numberOf(name)])) as Record<Names, number>
}

const isWithin = (value: unknown, { from, to, above, whole }: OptionBound): value is number =>
  typeof value === 'number' && value >= from && value <= to && !(above && value === from) && (!whole || Number.isInteger(value))

const wordsOf = ({ from, to, above, whole }: OptionBound): string =>
  `a ${whole ? 'whole ' : ''}number ${above ? 'above' : 'from'} ${from} up to ${to}`
