/** Reads the rows of tile queries: the cells of each feature's partial in each tile. */
import type { TileCell } from '../aggregate/index.ts'
import { contractError, show } from '../base/index.ts'
import { contractOf, type SqlCell, type SqlRow } from './engine.ts'
import type { TileQuery } from './tiles.ts'

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
  const odd = rows.find(row => row.length !== width || !Number.isFinite(Number(row[keys])))
  if (odd)
    throw contractError(
      contractOf(dialect),
      'columns',
      `expected ${width} cells with a time at ${keys}, got ${show(odd.map(cell => (typeof cell === 'bigint' ? Number(cell) : cell)))}`,
    )
  if (isSubKeyed) return readSubKeys(rows, keys, features[0].index)
  return rows.flatMap(row => {
    let from = keys + 2
    return features.map(({ index, cells: width }) => {
      from += width
      return {
        by: row.slice(0, keys),
        tile: Number(row[keys]),
        n: Number(row[keys + 1]),
        feature: index,
        cells: row.slice(from - width, from),
      }
    })
  })
}

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
