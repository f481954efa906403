import type { TileSql } from '../aggregate/index.ts'
import type { SqlDialect } from './dialect.ts'
import type { SelectList } from './select-list.ts'
import { quantileBucketSql } from './quantile-bucket.ts'
import type { WindowTerms } from './window.ts'

/**
 * Writes the aggregate calls of one feature's tiles over the events that take part, and collects them in `calls`. Aliases: `e` an event,
 * `p` the results of the calls for its tile.
 */
export function tileSql({ input, takesPart }: WindowTerms, calls: SelectList, dialect: SqlDialect): TileSql {
  const over = (call: string, condition = takesPart): string =>
    `p.${calls.nameOf(condition === 'TRUE' ? call : `${call} FILTER (WHERE ${condition})`)}`
  const record = (): string => dialect.record(['e._time', 'e._arrival', 'e._partition', 'e._offset', input === '' ? 'NULL' : input])
  return {
    input,
    time: 'e._time',
    count: () => over('count(*)'),
    countWhere: condition => over('count(*)', takesPart === 'TRUE' ? condition : `${takesPart} AND ${condition}`),
    min: value => over(`min(${value})`),
    max: value => over(`max(${value})`),
    sum: exact => over(`sum(${exact})`),
    sumOfDoubles: double => over(`sum(${double})`),
    firstEvent: () => over(`min(${record()})`),
    lastEvents: k => over(dialect.arrayAggLargest(record(), k)),
    sumInSecondPass(term) {
      const pairs = over(dialect.arrayAgg(dialect.pair('e._time', input)))
      return dialect.arraySum(pairs, item => term({ time: dialect.pairItem(item, 0), input: dialect.pairItem(item, 1) }))
    },
    toExact: integer => dialect.toExact(integer),
    toDouble: integer => dialect.toDouble(integer),
    doubleLiteral: double => dialect.doubleLiteral(double),
    powerOf2: double => dialect.powerOf2(double),
    quantileBucket: double => quantileBucketSql(double, dialect),
  }
}
