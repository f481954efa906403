/**
 * What each aggregate takes and gives: the one table that the surface, the kernel and the dialects follow.
 *
 * Cost: a look-up.
 */
import type { AggregateName, ColumnType, FeatureIR, TypeIR } from './ir.ts'

/** `none`: there is nothing to aggregate but the event itself. */
type Takes = readonly ColumnType[] | 'none'

export interface Signature {
  readonly takes: Takes
  /** May also be asked of events, without a column. */
  readonly optional?: true
  /** The value is a list of the result. */
  readonly list?: true
  readonly result: (input: TypeIR | undefined) => TypeIR
}

const any = ['int', 'decimal', 'timestamp', 'duration', 'bool', 'string', 'double'] as const
const ordered = ['int', 'decimal', 'timestamp', 'duration', 'string', 'double'] as const
const quantities = ['int', 'decimal', 'duration', 'double'] as const

const same = (input: TypeIR | undefined): TypeIR => input!
const always = (type: ColumnType) => (): TypeIR => ({ type })

export const signatures: Readonly<Record<AggregateName, Signature>> = {
  count: { takes: 'none', result: always('int') },
  sum: { takes: quantities, result: same },
  mean: { takes: quantities, result: always('double') },
  min: { takes: ordered, result: same },
  max: { takes: ordered, result: same },
  variance: { takes: quantities, result: always('double') },
  stddev: { takes: quantities, result: always('double') },
  first: { takes: any, result: same },
  last: { takes: any, result: same },
  lastK: { takes: any, list: true, result: same },
  change: { takes: [...quantities, 'timestamp'], result: input => (input!.type === 'timestamp' ? { type: 'duration' } : input!) },
  rate: { takes: quantities, result: always('double') },
  slope: { takes: quantities, result: always('double') },
  share: { takes: ['bool'], result: always('double') },
  timeSinceLast: { takes: any, optional: true, result: always('duration') },
  countDistinct: { takes: any, result: always('int') },
  decayedSum: { takes: quantities, result: always('double') },
  quantile: { takes: quantities, result: always('double') },
  topK: { takes: any, list: true, result: same },
  /** A count for each bucket. */
  histogram: { takes: quantities, list: true, result: always('int') },
  /** What `table` is made of. */
  row: { takes: any, result: same },
}

/** Is the value of a feature a list of values of its type? */
export const givesList = (agg: AggregateName): boolean => signatures[agg].list === true

/** How many values a feature has at most: 1, unless it is a list. */
export const valuesOf = ({ k, bounds }: Pick<FeatureIR, 'k' | 'bounds'>): number => k ?? (bounds ? bounds.length + 1 : 1)

/** `a number`, for messages: what an aggregate takes, in a user's words. */
export function takesText(name: AggregateName): string {
  const { takes } = signatures[name]
  if (takes === 'none') return 'nothing'
  if (takes === quantities) return 'a number or a duration'
  if (takes === ordered) return 'an ordered value (not a bool)'
  return name === 'share' ? 'a condition' : name === 'change' ? 'a number, a duration or a timestamp' : 'a column'
}
