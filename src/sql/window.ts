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
  const meanOf = (total: string): string => `${total} / ${dialect.equalDouble(count())}`
  const time = 'e._time'
  const tau = `(${time} - a.t)`

  return {
    input,
    time,
    clock: 'a.t',
    count,
    countWhere: condition => countOf('count(*)', `${takesPart} AND ${condition}`),
    distinct: value => `coalesce(${dialect.distinct(over(dialect.list(value)))}, 0)`,
    estimated: value => estimatedSql(over(dialect.list(value)), feature.input!.type, dialect),
    sum,
    sumOfDoubles: sum,
    min: value => over(`min(${value})`),
    max: value => over(`max(${value})`),
    first: value => over(dialect.first(value, 'e._order')),
    last: value => over(dialect.last(value, 'e._order')),
    // A pair, unlike a NULL, is never skipped.
    latest: value => dialect.part(over(dialect.last(dialect.pair(value, 'e._order'), 'e._order')), 0),
    newest: (value, k) => over(dialect.newest(value, 'e._order', k)),
    spread() {
      const mean = meanOf(sum(input))
      return dialect.sumOver(over(dialect.list(input)), x => `(${x} - ${mean}) * (${x} - ${mean})`)
    },
    trend() {
      const pairs = over(dialect.list(dialect.pair(dialect.equalDouble(tau), input)))
      const [meanTau, meanX] = [meanOf(dialect.equalDouble(sum(dialect.wide(tau)))), meanOf(sum(input))]
      const fromMeanTau = (item: string): string => `(${dialect.part(item, 0)} - ${meanTau})`
      return {
        covariation: dialect.sumOver(pairs, item => `${fromMeanTau(item)} * (${dialect.part(item, 1)} - ${meanX})`),
        spread: dialect.sumOver(pairs, item => `${fromMeanTau(item)} * ${fromMeanTau(item)}`),
      }
    },
    exact: integer => dialect.wide(integer),
    double: integer => dialect.equalDouble(integer),
    rounded: exact => dialect.rounded(exact),
    constant: double => dialect.double(double),
    ranked: (value, rank) => dialect.ranked(over(dialect.list(value)), rank),
    quantileBucket: double => quantileBucketSql(double, dialect),
    mostFrequent: (value, k) => dialect.mostFrequent(over(dialect.list(value)), k, item => deliveredSql(item, feature.input!, dialect)),
    list: values => dialect.items(values),
    powerOf2: double => dialect.powerOf2(double),
    delivered: physical => deliveredSql(physical, feature.input!, dialect),
  }
}
