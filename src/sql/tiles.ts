/**
 * Tiles of a feature group as SQL: one `GROUP BY` for each hop, the same text in batch and in streaming engines.
 *
 *     SELECT key, tile, count(*) AS n, <cells> FROM source GROUP BY key, tile
 *
 * There is no watermark, no window function and no timer. An inner query makes the aggregate calls, once each; the outer one writes the cells of each
 * feature's partial from their results. A sub-keyed feature (`quantile`, `topK`, `countDistinct`) is a query of its own, grouped by its sub-key too.
 */
import { type AggregateFunction, aggregateOf, type TileSql } from '../aggregate/index.ts'
import { SpillwayError } from '../base/index.ts'
import type { FeatureIR, GroupIR, SourceIR } from '../define/ir/index.ts'
import type { SqlDialect } from './dialect.ts'
import { columnNames } from './relations.ts'
import { SelectList } from './select-list.ts'
import { significantSql } from './significant.ts'
import { countsSql, participantsSql, revisionColumns } from './values.ts'

/** The group whose tiles a query gives, and its events. */
export interface TileQueryOptions {
  readonly group: GroupIR
  readonly source: SourceIR
  /** A relation of the source's events (`eventTable`), or a subquery in brackets. */
  readonly events: string
  /** Columns of `events` that identify a tile besides its start; by default the key. */
  readonly by?: readonly string[]
  /** A condition over an event `e`, for features with `before`: false for the event that is left out. */
  readonly before?: string
  readonly dialect: SqlDialect
}

/** One query: a row a tile, as `by`, `tile`, `n`, then for each feature its cells; of a sub-keyed one also the sub-key. */
export interface TileQuery {
  readonly hop: number
  readonly features: readonly TileFeature[]
  /** Columns that identify a tile besides its start. */
  readonly keys: number
  readonly isSubKeyed: boolean
  readonly sql: string
  /** Name of the dialect. */
  readonly dialect: string
}

/** A feature of a tile query. */
export interface TileFeature {
  /** Index in the group. */
  readonly index: number
  readonly aggregate: AggregateFunction
  /** Cells of the feature in a row. */
  readonly cells: number
}

/**
 * The queries that give all tiles of a group. Lifetime features have one tile, which begins at 0.
 * @throws `SPILL_UNSUPPORTED` for a feature that the engine cannot keep in tiles exactly.
 * @example
 *   const [query] = tileQueries({ group, source, events: 'payments', dialect: engine.dialect })
 *   const rows = await allRows(engine, query.sql)
 */
export function tileQueries(options: TileQueryOptions): TileQuery[] {
  const { dialect } = options
  for (const feature of options.group.features) {
    const why = dialect.unsupported?.(feature)
    if (why !== undefined)
      throw new SpillwayError(
        'SPILL_UNSUPPORTED',
        `feature '${options.group.name}.${feature.name}' cannot be kept in tiles by ${dialect.name}: ${why}`,
      )
  }
  const features = options.group.features.map((feature, index) => ({ feature, index, aggregate: aggregateOf(feature) }))
  const plain = features.filter(({ aggregate }) => !('subKeySql' in aggregate))
  const byHop = [...Map.groupBy(plain, ({ feature }) => hopOf(feature)).values()]
  const subKeyed = features.filter(({ aggregate }) => 'subKeySql' in aggregate).map(feature => [feature])
  return [...byHop, ...subKeyed].map(members => tileQuery(members, options))
}

/** The tile of a lifetime feature is all of time. */
const hopOf = ({ window, hop }: FeatureIR): number => (window === 'lifetime' ? Infinity : hop)

interface Member {
  readonly feature: FeatureIR
  readonly index: number
  readonly aggregate: AggregateFunction
}

function tileQuery(members: readonly Member[], { group, source, events, by, before, dialect }: TileQueryOptions): TileQuery {
  const names = columnNames(source, dialect)
  const inputs = new SelectList('x')
  const calls = new SelectList('p')
  const hop = hopOf(members[0].feature)
  const written = members.map(({ feature, aggregate }) => {
    const { input, conditions } = participantsSql(feature, source, names, inputs, dialect)
    const takesPart = [...conditions, ...(feature.before ? [before ?? 'TRUE'] : [])].join(' AND ') || 'TRUE'
    const sql = tileSql({ input, takesPart }, calls, dialect)
    return { cells: aggregate.tileSql(sql), subKey: aggregate.subKeySql?.(sql), takesPart }
  })
  const isSubKeyed = written[0].subKey !== undefined
  const keys = by ?? group.key.map(name => names.get(name)!)
  const columns = [...keys, 'tile', 'n', ...(isSubKeyed ? ['subkey'] : [])]
  const tile = hop === Infinity ? '0' : dialect.tile('s._time', hop)
  const sql = `WITH _events AS (
  SELECT ${['s.*', `${tile} AS tile`, ...inputs.columns()].join(',\n    ')}
  FROM ${events} s
),
_grouped AS (
  SELECT ${[...keys.map(key => `e.${key}`), 'e.tile', 'count(*) AS n', ...(isSubKeyed ? [`${written[0].subKey} AS subkey`] : []), ...calls.columns()].join(',\n    ')}
  FROM _events e${isSubKeyed ? `\n  WHERE ${written[0].takesPart}` : ''}
  GROUP BY ${[...keys.map(key => `e.${key}`), 'e.tile', ...(isSubKeyed ? ['subkey'] : [])].join(', ')}
)
SELECT ${[...columns.map(column => `p.${column}`), ...written.flatMap(({ cells }) => cells)].join(',\n  ')}
FROM _grouped p`
  return {
    hop,
    keys: keys.length,
    isSubKeyed,
    sql,
    dialect: dialect.name,
    features: members.map(({ index, aggregate }, i) => ({ index, aggregate, cells: written[i].cells.length })),
  }
}

/** The SQL of one feature's cells: calls over the events that take part, each under a name `p.…`. */
function tileSql(
  { input, takesPart }: { readonly input: string; readonly takesPart: string },
  calls: SelectList,
  dialect: SqlDialect,
): TileSql {
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
    significant: double => significantSql(double, dialect),
  }
}

/**
 * The events that each request of a relation of requests (`requestTable`) sees, as a relation for `tileQueries` with `by: ['ask']`: of the request's key, visible
 * at its log position, not superseded there, and up to its as-of time.
 */
export function askedEvents(
  group: GroupIR,
  source: SourceIR,
  tables: { readonly events: string; readonly asks: string },
  dialect: SqlDialect,
): string {
  const names = columnNames(source, dialect)
  const sameKey = group.key.map((name, i) => `s.${names.get(name)} = a.k${i} AND `).join('')
  return `(
    SELECT s.*, a.ask, a.without
    FROM (SELECT ${['s.*', ...revisionColumns(source, names)].join(', ')} FROM ${tables.events} s) s
    JOIN ${tables.asks} a ON ${sameKey}s._seq < a.prefix AND s._time <= a.t
    WHERE (a.upto IS NULL OR s._arrival <= a.upto)${countsSql(source, 's')}
  )`
}
