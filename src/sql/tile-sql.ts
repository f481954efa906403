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
    earliest: () => over(`min(${record()})`),
    latest: k => over(dialect.greatest(record(), k)),
    sumAgain(term) {
      const pairs = over(dialect.list(dialect.pair('e._time', input)))
      return dialect.sumOver(pairs, item => term({ time: dialect.part(item, 0), input: dialect.part(item, 1) }))
    },
    exact: integer => dialect.wide(integer),
    double: integer => dialect.equalDouble(integer),
    constant: double => dialect.double(double),
    powerOf2: double => dialect.powerOf2(double),
    quantileBucket: double => quantileBucketSql(double, dialect),
  }
}
