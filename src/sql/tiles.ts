/**
 * Tiles of a feature group as SQL: one `GROUP BY` for each hop, the same text in batch and in streaming engines.
 *
 *     SELECT key, tile, count(*) AS n, <cells> FROM source GROUP BY key, tile
 *
 * A *tile* is the events of one key in one hop of event time, and its cells are partial aggregates (docs/tiles.md). A *sub-keyed* feature
 * (`quantile`, `topK`, `countDistinct`) counts each value of a tile, so it has a query of its own, which groups by that value too.
 *
 * There is no watermark, no window function and no timer. An inner query makes the aggregate calls, once each; the outer one writes the
 * cells of each feature from their results. Generated names begin with `_`, which no identifier of a user's column does.
 */
import { type AggregateFunction, aggregateOf } from '../aggregate/index.ts'
import { SpillwayError, type StrictOmit } from '../base/index.ts'
import type { FeatureIR, GroupIR, SourceIR } from '../define/ir/index.ts'
import type { SqlDialect } from './dialect.ts'
import { columnNames } from './relations.ts'
import { SelectList } from './select-list.ts'
import { tileSql } from './tile-sql.ts'
import { participantsSql } from './values.ts'

/** The group whose tiles a query gives, and its events. */
export interface TileQueryOptions {
  readonly group: GroupIR
  readonly source: SourceIR
  /** A relation of the source's events (`eventTable`) whose name does not begin with `_`, or a subquery in brackets. */
  readonly events: string
  /** Columns of `events` that identify a tile besides its start; by default the key. */
  readonly by?: readonly string[]
  /** A condition over an event `e`, for features with `before`: false for the event that is left out. */
  readonly before?: string
  readonly dialect: SqlDialect
}

/** One query: a row a tile, as `by`, start, number of events, then for each feature its cells; of a sub-keyed one the sub-key before them. */
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
  const { group, dialect } = options
  for (const feature of group.features) {
    const reason = dialect.unsupported?.(feature)
    if (reason !== undefined)
      throw new SpillwayError(
        'SPILL_UNSUPPORTED',
        `feature '${group.name}.${feature.name}' cannot be kept in tiles by ${dialect.name}: ${reason}`,
      )
  }
  const members = group.features.map((feature, index) => ({ feature, index, aggregate: aggregateOf(feature) }))
  const [subKeyed, plain] = [true, false].map(is => members.filter(({ aggregate }) => 'subKeySql' in aggregate === is))
  const byHop = [...Map.groupBy(plain, ({ feature }) => hopOf(feature)).values()]
  return [...byHop, ...subKeyed.map(member => [member])].map(together => tileQuery(together, options))
}

/** The tile of a lifetime feature is all of time. */
const hopOf = ({ window, hop }: FeatureIR): number => (window === 'lifetime' ? Infinity : hop)

interface Member extends StrictOmit<TileFeature, 'cells'> {
  readonly feature: FeatureIR
}

/** The query of features with one hop, or of one sub-keyed feature. */
function tileQuery(members: readonly Member[], { group, source, events, by, before, dialect }: TileQueryOptions): TileQuery {
  const names = columnNames(source, dialect)
  const inputs = new SelectList('_x')
  const calls = new SelectList('_p')
  const features = members.map(({ feature, index, aggregate }) => {
    const { input, conditions } = participantsSql(feature, source, names, inputs, dialect)
    const takesPart = [...conditions, ...(feature.before ? [before ?? 'TRUE'] : [])].join(' AND ') || 'TRUE'
    const tile = tileSql({ input, takesPart }, calls, dialect)
    return { index, aggregate, takesPart, cells: aggregate.tileSql(tile), subKey: aggregate.subKeySql?.(tile) }
  })
  const hop = hopOf(members[0].feature)
  const start = hop === Infinity ? '0' : dialect.tileStart('s._time', hop)
  const keyColumns = by ?? group.key.map(name => names.get(name)!)
  const [{ subKey, takesPart }] = features
  const isSubKeyed = subKey !== undefined
  const tileColumns = [...keyColumns, '_tile']
  const tileKeys = tileColumns.map(column => `e.${column}`)
  const [subKeys, subKeyColumns, filter] = isSubKeyed ? [[subKey], ['_sub_key'], `\n  WHERE ${takesPart}`] : [[], [], '']
  const grouped = [...tileKeys, 'count(*) AS _n', ...subKeys.map(subKey => `${subKey} AS _sub_key`), ...calls.columns()]
  const results = [...tileColumns, '_n', ...subKeyColumns].map(column => `p.${column}`)
  const sql = `WITH _events AS (
  SELECT ${lines(['s.*', `${start} AS _tile`, ...inputs.columns()])}
  FROM ${events} s
),
_grouped AS (
  SELECT ${lines(grouped)}
  FROM _events e${filter}
  GROUP BY ${[...tileKeys, ...subKeys].join(', ')}
)
SELECT ${lines([...results, ...features.flatMap(({ cells }) => cells)])}
FROM _grouped p`
  return {
    hop,
    keys: keyColumns.length,
    isSubKeyed,
    sql,
    dialect: dialect.name,
    features: features.map(({ index, aggregate, cells }) => ({ index, aggregate, cells: cells.length })),
  }
}

const lines = (columns: readonly string[]): string => columns.join(',\n    ')
