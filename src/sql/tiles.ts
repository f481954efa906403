/**
 * Tiles of a feature group as SQL: one `GROUP BY` for each hop, the same text in batch and in streaming engines.
 *
 *     SELECT key, tile, count(*) AS n, <cells> FROM source GROUP BY key, tile
 *
 * A *tile* is the events of one key in one hop of event time, and its cells are partial aggregates (docs/reference/tiles.md). A *sub-keyed* feature
 * (`quantile`, `topK`, `countDistinct`) counts each value of a tile, so it has a query of its own, which groups by that value too.
 *
 * There is no watermark, no window function and no timer. An inner query makes the aggregate calls, once each; the outer one writes the
 * cells of each feature from their results. Generated names begin with `_`, which no identifier of a user's column does.
 */
import { type AggregateFunction, aggregateOf, type TileCell } from '../aggregate/index.ts'
import { SpillwayError, type StrictOmit, contractError, show } from '../base/index.ts'
import type { FeatureIR, GroupIR, SourceIR } from '../define/ir/index.ts'
import type { SqlDialect } from './dialect.ts'
import { columnNames, lines } from './relations.ts'
import { SelectList, tileSql } from './aggregate-calls.ts'
import { participantsSql } from './values.ts'
import { contractOf, type SqlCell, type SqlRow } from './engine.ts'

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
  const isSubKeyed = ({ aggregate }: Member): boolean => aggregate.subKeySql !== undefined
  const plain = members.filter(member => !isSubKeyed(member))
  const groups = [...Map.groupBy(plain, ({ feature }) => hopOf(feature)).values(), ...members.filter(isSubKeyed).map(member => [member])]
  return groups.map(members => tileQuery(members, options))
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
  const keys = by ?? group.key.map(name => names.get(name)!)
  const tileKeys = [...keys, '_tile']

  // A sub-keyed query has one feature.
  const [{ subKey, takesPart }] = features
  const subKeys = subKey === undefined ? [] : [{ sql: subKey, name: '_sub_key' }]
  const grouped = [
    ...tileKeys.map(key => `e.${key}`),
    'count(*) AS _n',
    ...subKeys.map(({ sql, name }) => `${sql} AS ${name}`),
    ...calls.columns(),
  ]

  const results = [...tileKeys, '_n', ...subKeys.map(({ name }) => name)].map(column => `p.${column}`)
  const sql = `WITH _events AS (
  SELECT ${lines(['s.*', `${start} AS _tile`, ...inputs.columns()])}
  FROM ${events} s
),
_grouped AS (
  SELECT ${lines(grouped)}
  FROM _events e${subKey === undefined ? '' : `\n  WHERE ${takesPart}`}
  GROUP BY ${[...tileKeys.map(key => `e.${key}`), ...subKeys.map(({ sql }) => sql)].join(', ')}
)
SELECT ${lines([...results, ...features.flatMap(({ cells }) => cells)])}
FROM _grouped p`
  return {
    hop,
    keys: keys.length,
    isSubKeyed: subKey !== undefined,
    sql,
    dialect: dialect.name,
    features: features.map(({ index, aggregate, cells }) => ({ index, aggregate, cells: cells.length })),
  }
}

/** The partial of one feature in one tile. */
export interface TileRow {
  /** The columns that identify the tile besides its start: the key. */
  readonly by: readonly SqlCell[]
  /** Where the tile begins, UTC ms. */
  readonly tile: number
  /** Events of the tile, whatever takes part; of a sub-keyed feature those that take part. It only grows, so it is the version of the tile. */
  readonly n: number
  /** Index of the feature in its group. */
  readonly feature: number
  readonly cells: readonly TileCell[]
}

/**
 * The tiles of a result. A sub-keyed query has a row for each sub-key, which are gathered to one tile.
 * @throws `SPILL_CONTRACT` for rows that are not of this query.
 * @example
 *   for (const query of tileQueries({ group, source, events: 'payments', dialect: engine.dialect }))
 *     for (const { by, tile, feature, cells } of readTileRows(query, await allRows(engine, query.sql))) console.log(by, tile, feature, cells)
 */
export function readTileRows({ features, keys, isSubKeyed, dialect }: TileQuery, rows: readonly SqlRow[]): TileRow[] {
  const width = keys + 2 + (isSubKeyed ? 2 : features.reduce((sum, { cells }) => sum + cells, 0))
  const odd = rows.find(row => row.length !== width || !isNumeric(row[keys]) || !isNumeric(row[keys + 1]))
  if (odd)
    throw contractError(
      contractOf(dialect),
      'columns',
      `expected ${width} cells with a time at ${keys} and a count behind it, got ${show(odd.map(cell => (typeof cell === 'bigint' ? Number(cell) : cell)))}`,
    )
  if (isSubKeyed) return readSubKeys(rows, keys, features[0].index)
  return rows.flatMap(row => {
    let from = keys + 2
    return features.map(({ index, cells }) => {
      const first = from
      from += cells
      return {
        by: row.slice(0, keys),
        tile: Number(row[keys]),
        n: Number(row[keys + 1]),
        feature: index,
        cells: row.slice(first, from),
      }
    })
  })
}

const isNumeric = (cell: SqlCell): boolean => typeof cell === 'bigint' || Number.isFinite(cell)

function readSubKeys(rows: readonly SqlRow[], keys: number, feature: number): TileRow[] {
  const tiles = Map.groupBy(rows, row =>
    JSON.stringify(row.slice(0, keys + 1).map(cell => (typeof cell === 'bigint' ? Number(cell) : cell))),
  )
  return [...tiles.values()].map(members => {
    const counts = members.map((row): readonly [SqlCell, number] => [row[keys + 2], Number(row[keys + 3])])
    const n = counts.reduce((sum, [, count]) => sum + count, 0)
    return { by: members[0].slice(0, keys), tile: Number(members[0][keys]), n, feature, cells: [counts] }
  })
}
