/** Options of the trainers: numbers within bounds, each with the value that it has unless given. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { show } from '../../base/show.ts'
import { untrainable } from './table.ts'

export interface Bound {
  readonly is: number
  readonly from: number
  readonly to: number
  /** `from` itself is not allowed. */
  readonly above?: true
  readonly whole?: true
}

/** Throws `SPILL_TRAINING` for an option that does not exist, but for those in `others`, and for a number out of its bounds. */
export function numbersOf<Names extends string>(
  what: string,
  given: object,
  bounds: Readonly<Record<Names, Bound>>,
  others: readonly string[] = [],
): Record<Names, number> {
  const names = Object.keys(bounds) as Names[]
  for (const name of Object.keys(given))
    if (!(name in bounds) && !others.includes(name))
      untrainable(`${what} has no option '${name}'${didYouMean(name, [...names, ...others])}`)
  const numberOf = (name: Names): number => {
    const value = (given as Readonly<Record<string, unknown>>)[name] ?? bounds[name].is
    if (!isWithin(value, bounds[name])) untrainable(`${what}: ${name} is ${wordsOf(bounds[name])}, got ${show(value)}`)
    return value
  }
  return Object.fromEntries(names.map(name => [name, numberOf(name)])) as Record<Names, number>
}

const isWithin = (value: unknown, { from, to, above, whole }: Bound): value is number =>
  typeof value === 'number' && value >= from && value <= to && !(above && value === from) && (!whole || Number.isInteger(value))

const wordsOf = ({ from, to, above, whole }: Bound): string =>
  `a ${whole ? 'whole ' : ''}number ${above ? 'above' : 'from'} ${from} up to ${to}`
