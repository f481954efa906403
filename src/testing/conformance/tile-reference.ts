/**
 * The naive reference for tiles: each event is lifted by its aggregate functions and merged into its tile, one after the other.
 *
 * `prove parity` of Spillway's own repository shows that such tiles give the values of the semantics.
 */
import { aggregateOf, type TileCell } from '../../aggregate/index.ts'
import { type ColumnData, Strings } from '../../columns/index.ts'
import type { ColumnIR, ExprIR, FeatureIR, Value } from '../../define/ir/index.ts'
import { compile } from '../../expression/index.ts'
import type { TileCase } from './random-tile-cases.ts'

/** A tile of the reference. */
export interface ReferenceTile {
  /** All events of the tile, and those that take part. */
  n: number
  members: number
  partial: unknown
}

/** The tiles of one feature by key and start. */
export function referenceTiles({ source, events }: TileCase, feature: FeatureIR): Map<string, ReferenceTile> {
  const aggregate = aggregateOf(feature)
  const rows = events.map(({ row }) => row)
  const evaluated = (expr: ExprIR): readonly Value[] => evaluate(expr, source.columns, rows)
  const conditions = feature.where && evaluated(feature.where)
  const inputs = feature.input && evaluated(feature.input)
  const tiles = new Map<string, ReferenceTile>()
  for (const [i, event] of events.entries()) {
    const isDeleted = source.deleted !== undefined && event.row[source.deleted] === true
    const value = inputs && !isDeleted ? inputs[i] : null
    const isRow = feature.agg === 'row'
    const takesPart = (!conditions || conditions[i] === true) && (isRow || (!isDeleted && (!inputs || value !== null)))
    const tile = feature.window === 'lifetime' ? 0 : Math.floor(event.time / feature.hop) * feature.hop
    const id = tileId(event.row[source.key]!, tile)
    const tileOfEvent = tiles.get(id) ?? { n: 0, members: 0, partial: undefined }
    tiles.set(id, tileOfEvent)
    tileOfEvent.n++
    if (!takesPart) continue
    tileOfEvent.members++
    const eventPartial = aggregate.lift({ ...event, value })
    tileOfEvent.partial = tileOfEvent.partial === undefined ? eventPartial : aggregate.merge(tileOfEvent.partial, eventPartial)
  }
  return tiles
}

export const tileId = (key: unknown, tile: number): string => `${String(key)} ${tile}`

/** An expression over rows, physical values; a condition that is NULL is not true. */
function evaluate(expr: ExprIR, columns: readonly ColumnIR[], rows: readonly Readonly<Record<string, Value>>[]): Value[] {
  const strings = new Strings()
  const run = compile(expr, { strings })
  const columnNamed = (name: string): ColumnIR => columns.find(column => column.name === name)!
  const { values, nulls } = run(({ name }) => columnOf(columnNamed(name), rows, strings), rows.length)
  return rows.map((_, i) => {
    if (nulls?.[i] === 1) return null
    if (expr.type === 'string') return strings.textOf(values[i])
    return expr.type === 'bool' ? values[i] === 1 : values[i] + 0
  })
}

function columnOf({ name, type }: ColumnIR, rows: readonly Readonly<Record<string, Value>>[], strings: Strings): ColumnData {
  const physical = (value: Value): number => (value === null ? 0 : type === 'string' ? strings.idOf(value as string) : Number(value))
  const numbers = rows.map(row => physical(row[name]))
  const values = type === 'string' ? Int32Array.from(numbers) : Float64Array.from(numbers)
  return { values, nulls: Uint8Array.from(rows, row => (row[name] === null ? 1 : 0)) }
}

/** Cells as JSON text, in which equal partials of exact aggregates are equal. */
export const cellsText = (cells: readonly TileCell[]): string =>
  JSON.stringify(cells, (_, cell: unknown) => (typeof cell === 'bigint' ? Number(cell) : cell))
