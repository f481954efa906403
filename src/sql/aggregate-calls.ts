/**
 * Writes the aggregate calls of a feature: over the events of a window, and over those of a tile.
 *
 * Aliases: `e` an event, `a` its request, `p` the row with the results of the calls. Calls over no event are NULL.
 */
import type { ScalarSql, SqlWindow, TileSql } from '../aggregate/index.ts'
import { limits } from '../base/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import type { PointInTimeDialect, SqlDialect } from './dialect.ts'
import { deliveredSql } from './expression.ts'
import { estimatedSql } from './hyperloglog.ts'

/** Collects the expressions of one SELECT under short names; equal texts share a column. */
export class SelectList {
  readonly #prefix: string
  readonly #names = new Map<string, string>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** The name of an expression, which is added if it is new. */
  nameOf(sql: string): string {
    const name = this.#names.get(sql) ?? `${this.#prefix}${this.#names.size}`
    this.#names.set(sql, name)
    return name
  }

  /** `expression AS name` for each expression. */
  columns(): string[] {
    return [...this.#names].map(([sql, name]) => `${sql} AS ${name}`)
  }
}

/** The input of one feature. */
export interface FeatureInput {
  /** For an event: the input, and the condition under which it takes part. */
  readonly input: string
  readonly takesPart: string
}

/** The result of an aggregate call over the events that meet a condition, by default those that take part. */
type Call = (call: string, condition?: string) => string

const callIn =
  (calls: SelectList, takesPart: string): Call =>
  (call, condition = takesPart) =>
    `p.${calls.nameOf(condition === 'TRUE' ? call : `${call} FILTER (WHERE ${condition})`)}`

const takesPartAnd = (takesPart: string, condition: string): string => (takesPart === 'TRUE' ? condition : `${takesPart} AND ${condition}`)

/** Writes the calls of one feature's window. If no event of the key is visible, there is no row `p`, so counts turn NULL into 0. */
export function windowSql(
  feature: FeatureIR,
  { input, takesPart }: FeatureInput,
  calls: SelectList,
  dialect: PointInTimeDialect,
): SqlWindow {
  const over = callIn(calls, takesPart)
  const countOf = (condition?: string): string => `coalesce(${over('count(*)', condition)}, 0)`
  const all = (value: string): string => over(dialect.arrayAgg(value))
  const sum = (value: string): string => over(`sum(${value})`)
  const meanOf = (total: string): string => `(${total} / ${dialect.toDouble(countOf())})`
  const tau = '(e._time - a.t)'
  const delivered = (physical: string): string => deliveredSql(physical, feature.input!, dialect)

  return {
    ...scalarSql(dialect),
    input,
    time: 'e._time',
    asOf: 'a.t',
    count: () => countOf(),
    countWhere: condition => countOf(takesPartAnd(takesPart, condition)),
    countDistinct: value => `coalesce(${dialect.arrayCountDistinct(all(value))}, 0)`,
    estimateDistinct: value => estimatedSql(all(value), feature.input!.type, dialect),
    sum,
    sumOfDoubles: sum,
    min: value => over(`min(${value})`),
    max: value => over(`max(${value})`),
    first: value => over(dialect.minBy(value, 'e._order')),
    last: value => over(dialect.maxBy(value, 'e._order')),
    // A pair, unlike a NULL, is never skipped.
    lastOrNull: value => dialect.pairItem(over(dialect.maxBy(dialect.pair(value, 'e._order'), 'e._order')), 0),
    lastK: (value, k) => over(dialect.maxByK(value, 'e._order', k)),
    spread() {
      const mean = meanOf(sum(input))
      return dialect.arraySum(all(input), x => `(${x} - ${mean}) * (${x} - ${mean})`)
    },
    trend() {
      const pairs = all(dialect.pair(dialect.toDouble(tau), input))
      const [meanTau, meanX] = [meanOf(dialect.toDouble(sum(dialect.toExact(tau)))), meanOf(sum(input))]
      const fromMeanTau = (item: string): string => `(${dialect.pairItem(item, 0)} - ${meanTau})`
      return {
        covariation: dialect.arraySum(pairs, item => `${fromMeanTau(item)} * (${dialect.pairItem(item, 1)} - ${meanX})`),
        spread: dialect.arraySum(pairs, item => `${fromMeanTau(item)} * ${fromMeanTau(item)}`),
      }
    },
    itemOfRank: (value, rank) => dialect.arrayItemOfRank(all(value), rank),
    mostFrequent: (value, k) => dialect.arrayMostFrequent(all(value), k, delivered),
    roundToDouble: exact => dialect.roundToDouble(exact),
    array: values => dialect.array(values),
    delivered,
  }
}

/** Writes the calls of one feature's tiles. */
export function tileSql({ input, takesPart }: FeatureInput, calls: SelectList, dialect: SqlDialect): TileSql {
  const over = callIn(calls, takesPart)
  const sum = (value: string): string => over(`sum(${value})`)
  const record = (): string => dialect.record(['e._time', 'e._arrival', 'e._partition', 'e._offset', input === '' ? 'NULL' : input])
  return {
    ...scalarSql(dialect),
    input,
    time: 'e._time',
    count: () => over('count(*)'),
    countWhere: condition => over('count(*)', takesPartAnd(takesPart, condition)),
    min: value => over(`min(${value})`),
    max: value => over(`max(${value})`),
    sum,
    sumOfDoubles: sum,
    firstEvent: () => over(`min(${record()})`),
    lastEvents: k => over(dialect.arrayAggLargest(record(), k)),
    sumInSecondPass(term) {
      const pairs = over(dialect.arrayAgg(dialect.pair('e._time', input)))
      return dialect.arraySum(pairs, item => term({ time: dialect.pairItem(item, 0), input: dialect.pairItem(item, 1) }))
    },
  }
}

const scalarSql = (dialect: SqlDialect): ScalarSql => ({
  toExact: integer => dialect.toExact(integer),
  toDouble: integer => dialect.toDouble(integer),
  doubleLiteral: double => dialect.doubleLiteral(double),
  powerOf2: double => dialect.powerOf2(double),
  quantileBucket: double => quantileBucketSql(double, dialect),
})

/**
 * Rounds a double to 8 significant binary digits, half away from zero (semantics, numbers to the bit), that is to the nearest
 * multiple of 2^(e − 7), where 2^e is the power of two at or below it. The twin of `quantileBucket` in `aggregate/quantile.ts`, without
 * access to the bits of a double.
 *
 * The logarithm may be off next to a whole number. There the value is next to a power of two, and the steps of both sides round it to
 * that power. Steps are at least those of the least normal double, results at most the largest double of 8 digits.
 */
export function quantileBucketSql(double: string, dialect: SqlDialect): string {
  const least = dialect.doubleLiteral(2 ** -1022)
  const fractionDigits = limits.QUANTILE_DIGITS - 1
  const largest = 2 ** 1023 * (2 - 2 ** -fractionDigits)
  const exponent = `floor(${dialect.log2(dialect.greatest(`abs(${double})`, least))})`
  const step = dialect.powerOf2(`(${exponent} - ${fractionDigits})`)
  const rounded = `(${dialect.round(`(${double} / ${step})`)} * ${step})`
  const bucket = dialect.least(dialect.greatest(rounded, dialect.doubleLiteral(-largest)), dialect.doubleLiteral(largest))
  return `CASE WHEN ${double} IS NOT NULL THEN ${bucket} END`
}
