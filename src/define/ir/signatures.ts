/** Signatures of the aggregates: the one table that the API, the kernel and the SQL dialects follow. Cost: a look-up. */
import { limits } from '../../base/index.ts'
import type { AggregateName, ColumnType, FeatureIR, TypeIR } from './ir.ts'

/** Types that an aggregate takes, the options and arguments that it has of its own, and the type of its result. */
export interface Signature {
  /** `none`: the aggregate counts events and takes no value. */
  readonly takes: readonly ColumnType[] | 'none'
  /** May also be called without a column, over events. */
  readonly optional?: true
  /** The value is one of the input's values, or a list of them. */
  readonly selects?: true
  /** The value is a list of `result`. */
  readonly list?: true
  /** Greatest magnitude of an exact value, scaled, up to which the result is exact; absent if it is exact for all. */
  readonly exactWithin?: number
  /** Options besides those of every aggregate. */
  readonly options?: readonly ('per' | 'limit' | 'halfLife' | 'bounds')[]
  /** Greatest `k`. */
  readonly kMax?: number
  readonly result: (input: TypeIR | undefined) => TypeIR
}

const any = ['int', 'decimal', 'timestamp', 'duration', 'bool', 'string', 'double'] as const
const ordered = ['int', 'decimal', 'timestamp', 'duration', 'string', 'double'] as const
const quantities = ['int', 'decimal', 'duration', 'double'] as const

const same = (input: TypeIR | undefined): TypeIR => input!
const always = (type: ColumnType) => (): TypeIR => ({ type })

const ofOrdered: Signature = { takes: ordered, selects: true, result: same }
const ofAny: Signature = { takes: any, selects: true, result: same }
const toDouble: Signature = { takes: quantities, result: always('double') }
const exactWithin = limits.MOMENT_VALUE_MAX

/** Signature of each aggregate. */
export const signatures: Readonly<Record<AggregateName, Signature>> = {
  count: { takes: 'none', result: always('int') },
  sum: { takes: quantities, result: same },
  mean: toDouble,
  min: ofOrdered,
  max: ofOrdered,
  variance: { ...toDouble, exactWithin },
  stddev: { ...toDouble, exactWithin },
  first: ofAny,
  last: ofAny,
  lastK: { ...ofAny, list: true, kMax: limits.LAST_K_MAX },
  change: { takes: [...quantities, 'timestamp'], result: input => (input!.type === 'timestamp' ? { type: 'duration' } : input!) },
  rate: { ...toDouble, options: ['per'] },
  slope: { ...toDouble, exactWithin, options: ['per'] },
  share: { takes: ['bool'], result: always('double') },
  timeSinceLast: { takes: any, optional: true, result: always('duration') },
  countDistinct: { takes: any, options: ['limit'], result: always('int') },
  decayedSum: { ...toDouble, options: ['halfLife'] },
  quantile: toDouble,
  topK: { ...ofAny, list: true, options: ['limit'], kMax: limits.TOP_K_MAX },
  /** One count per bucket. */
  histogram: { takes: quantities, list: true, options: ['bounds'], result: always('int') },
  /** A column of a table. */
  row: ofAny,
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
