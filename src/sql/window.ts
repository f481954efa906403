import type { SqlWindow } from '../aggregate/index.ts'
import type { FeatureIR } from '../define/ir/index.ts'
import { deliveredSql } from './expression.ts'
import type { PointInTimeDialect } from './dialect.ts'
import { estimatedSql } from './hyperloglog.ts'
import type { SelectList } from './select-list.ts'
import { quantileBucketSql } from './quantile-bucket.ts'

/** The input of one feature. */
export interface WindowTerms {
  /** For an event: the input, and the condition under which it takes part. */
  readonly input: string
  readonly takesPart: string
}

/**
 * Writes the aggregate calls of one feature's window and collects them in `calls`. Aliases: `e` an event, `a` its request, `p` the
 * partials of the request. The partials are all NULL if no event of the key is visible, so counts turn NULL into 0.
 */
export function windowSql(
  feature: FeatureIR,
  { input, takesPart }: WindowTerms,
  calls: SelectList,
  dialect: PointInTimeDialect,
): SqlWindow {
  const over = (call: string, which = takesPart): string => `p.${calls.nameOf(which === 'TRUE' ? call : `${call} FILTER (WHERE ${which})`)}`
  const countOf = (call: string, which = takesPart): string => `coalesce(${over(call, which)}, 0)`
  const count = (): string => countOf('count(*)')
  const sum = (value: string): string => over(`sum(${value})`)
  const meanOf = (total: string): string => `${total} / ${dialect.toDouble(count())}`
  const time = 'e._time'
  const tau = `(${time} - a.t)`

  return {
    input,
    time,
    asOf: 'a.t',
    count,
    countWhere: condition => countOf('count(*)', `${takesPart} AND ${condition}`),
    countDistinct: value => `coalesce(${dialect.arrayCountDistinct(over(dialect.arrayAgg(value)))}, 0)`,
    estimateDistinct: value => estimatedSql(over(dialect.arrayAgg(value)), feature.input!.type, dialect),
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
      return dialect.arraySum(over(dialect.arrayAgg(input)), x => `(${x} - ${mean}) * (${x} - ${mean})`)
    },
    trend() {
      const pairs = over(dialect.arrayAgg(dialect.pair(dialect.toDouble(tau), input)))
      const [meanTau, meanX] = [meanOf(dialect.toDouble(sum(dialect.toExact(tau)))), meanOf(sum(input))]
      const fromMeanTau = (item: string): string => `(${dialect.pairItem(item, 0)} - ${meanTau})`
      return {
        covariation: dialect.arraySum(pairs, item => `${fromMeanTau(item)} * (${dialect.pairItem(item, 1)} - ${meanX})`),
        spread: dialect.arraySum(pairs, item => `${fromMeanTau(item)} * ${fromMeanTau(item)}`),
      }
    },
    toExact: integer => dialect.toExact(integer),
    toDouble: integer => dialect.toDouble(integer),
    roundToDouble: exact => dialect.roundToDouble(exact),
    doubleLiteral: double => dialect.doubleLiteral(double),
    itemOfRank: (value, rank) => dialect.arrayItemOfRank(over(dialect.arrayAgg(value)), rank),
    quantileBucket: double => quantileBucketSql(double, dialect),
    mostFrequent: (value, k) =>
      dialect.arrayMostFrequent(over(dialect.arrayAgg(value)), k, item => deliveredSql(item, feature.input!, dialect)),
    array: values => dialect.array(values),
    powerOf2: double => dialect.powerOf2(double),
    delivered: physical => deliveredSql(physical, feature.input!, dialect),
  }
}
