/** Signatures of the aggregates: the one table that the API, the kernel and the SQL dialects follow. Cost: a look-up. */
import type { AggregateName, ColumnType, FeatureIR, TypeIR } from './ir.ts'

/** `none`: the aggregate counts events and takes no value. */
type Takes = readonly ColumnType[] | 'none'

/** Types that an aggregate takes, and the type of its result. */
export interface Signature {
  readonly takes: Takes
  /** May also be called without a column, over events. */
  readonly optional?: true
  /** The value is a list of `result`. */
  readonly list?: true
  readonly result: (input: TypeIR | undefined) => TypeIR
}

const any = ['int', 'decimal', 'timestamp', 'duration', 'bool', 'string', 'double'] as const
const ordered = ['int', 'decimal', 'timestamp', 'duration', 'string', 'double'] as const
const quantities = ['int', 'decimal', 'duration', 'double'] as const

const same = (input: TypeIR | undefined): TypeIR => input!
const always = (type: ColumnType) => (): TypeIR => ({ type })

/** Signature of each aggregate. */
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
  /** One count per bucket. */
  histogram: { takes: quantities, list: true, result: always('int') },
  /** A column of a table. */
  row: { takes: any, result: same },
}

/** True if a feature of this aggregate is a list of values of its type. */
export const isListAggregate = (agg: AggregateName): boolean => signatures[agg].list === true

/** Greatest number of values of a feature: 1, unless it is a list. */
export const maxValues = ({ k, bounds }: Pick<FeatureIR, 'k' | 'bounds'>): number => k ?? (bounds ? bounds.length + 1 : 1)

/** Types that an aggregate takes, in words for messages: `a number`. */
export function takesText(name: AggregateName): string {
  const { takes } = signatures[name]
  if (takes === 'none') return 'nothing'
  if (takes === quantities) return 'a number or a duration'
  if (takes === ordered) return 'an ordered value (not a bool)'
  return name === 'share' ? 'a condition' : name === 'change' ? 'a number, a duration or a timestamp' : 'a column'
}
