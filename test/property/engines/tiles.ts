import type { AggregateFunction } from '../../../src/aggregate/partial/aggregate-function.ts'
import { aggregateOf } from '../../../src/aggregate/aggregate-of.ts'
import type { TileCell } from '../../../src/aggregate/partial/tile-format.ts'
import type { FeatureIR, GroupIR } from '../../../src/define/ir/ir.ts'
import type { LoggedEvent } from '../../../src/define/source/source.ts'
import { placeRequest } from '../../parity/placement.ts'
import type { SqlValues } from '../../parity/sql-values.ts'
import { evaluate, visibleEvents, ofKey, standing } from '../../oracle/oracle.ts'
import { rewritingValues } from './duckdb.ts'
import { groupOf, sourceOf, type Answer, type Case, type Engine } from '../case.ts'

/** Engine `tiles`: tiles by `GROUP BY` in DuckDB, merged and finalized here. `rewrite` plants a fault in the text of queries. */
export async function tilesEngine(rewrite?: (sql: string) => string): Promise<Engine> {
  const db = await rewritingValues(rewrite)
  return { name: 'tiles', values: of => fromSql(db, of), close: () => void db.close() }
}

/** Engine `tiles-lifted`: tiles lifted event by event, encoded as JSON, decoded, and merged in pairs from both ends. */
export const liftedTilesEngine = (): Engine => ({
  name: 'tiles-lifted',
  values: of => Promise.resolve(of.asks.map((_, ask) => fromEvents(of, ask))),
  close: () => {},
})

interface Tile {
  readonly tile: number
  readonly cells: readonly TileCell[]
}

async function fromSql(db: SqlValues, of: Case): Promise<Answer[][]> {
  const out: Answer[][] = Array.from({ length: of.asks.length })
  for (const group of of.ir.groups) {
    const source = sourceOf(of, group)
    const own = [...of.asks.keys()].filter(i => of.asks[i].group === group.name)
    await db.load(source, of.log)
    const asks = own.map(i => placeRequest(of.asks[i], of.asks[i].place, of.log.length))
    const byAsk = Map.groupBy(await db.tiles(group, source, asks), ({ by }) => Number(by[0]))
    own.forEach((ask, row) => {
      const read = byAsk.get(row) ?? []
      out[ask] = valuesOf(group, index => read.filter(({ feature }) => feature === index), asks[row].t)
    })
  }
  return out
}

function fromEvents(of: Case, ask: number): Answer[] {
  const { group: name, place, prefix, t, key, trigger } = of.asks[ask]
  const group = groupOf(of, name)
  const source = sourceOf(of, group)
  const { events, clock } = visibleEvents(source, place, of.log, prefix, t)
  const own = ofKey(group, standing(source, events), key).filter(({ time }) => time <= clock)
  return valuesOf(
    group,
    index => {
      const feature = group.features[index]
      const isDeleted = (event: LoggedEvent) => source.deleted !== undefined && event.row[source.deleted] === true
      const members = own
        .filter(event => !(feature.before && trigger !== undefined && event === of.log[trigger]))
        .filter(event => feature.where === undefined || evaluate(feature.where, event.row) === true)
        .filter(event => feature.agg === 'row' || !isDeleted(event))
        .map(event => ({ ...event, value: isDeleted(event) || !feature.input ? null : evaluate(feature.input, event.row) }))
        .filter(({ value }) => feature.agg === 'row' || !feature.input || value !== null)
      return [...Map.groupBy(members, ({ time }) => tileOf(feature, time))].map(([tile, inTile]) => {
        const aggregate = aggregateOf(feature)
        return {
          tile,
          cells: throughJson(
            aggregate.encode(
              mergePartials(
                aggregate,
                inTile.map(event => aggregate.lift(event)),
              ),
            ),
          ),
        }
      })
    },
    clock,
  )
}

const throughJson = (cells: readonly TileCell[]): readonly TileCell[] => JSON.parse(JSON.stringify(cells))

const tileOf = ({ window, hop }: FeatureIR, time: number): number => (window === 'lifetime' ? 0 : Math.floor(time / hop) * hop)

const valuesOf = (group: GroupIR, tilesOf: (feature: number) => readonly Tile[], asOf: number): Answer[] =>
  group.features.map((feature, index) => {
    const tail = feature.window === 'lifetime' ? -Infinity : Math.floor((asOf - feature.window) / feature.hop) * feature.hop
    const aggregate = aggregateOf(feature)
    const partials = tilesOf(index)
      .filter(({ tile }) => tile >= tail)
      .map(({ cells }) => aggregate.decode(cells))
      .filter(partial => partial !== undefined)
    return aggregate.finalize(mergePartials(aggregate, partials), asOf)
  })

/** Merged as a tree whose leaves are taken from both ends: another order, and another grouping, than that of events. */
function mergePartials(aggregate: AggregateFunction, partials: readonly unknown[]): unknown {
  if (partials.length < 2) return partials[0]
  const pairs = partials.slice(0, partials.length / 2).map((partial, i) => aggregate.merge(partials[partials.length - 1 - i], partial))
  const middle = partials.length % 2 === 1 ? [partials[Math.floor(partials.length / 2)]] : []
  return mergePartials(aggregate, pairs.concat(middle))
}
