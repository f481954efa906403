/**
 * Events of a tile by their order (time, arrival, partition, offset): the earliest, and the newest k.
 *
 * An event is encoded as `[time, arrival, partition, offset, value]`. Compared from the left, such records sort as events do, because no two events have
 * one position.
 */
import type { Value } from '../../define/ir/ir.ts'
import type { TileAggregate, TileCell, TileEvent, TileValue } from './tile.ts'

export function compareEvents(left: TileEvent, right: TileEvent): number {
  return left.time - right.time || left.arrival - right.arrival || left.partition - right.partition || left.offset - right.offset
}

const record = ({ time, arrival, partition, offset, value }: TileEvent): TileCell => [time, arrival, partition, offset, value]

function eventOf(cell: TileCell): TileEvent {
  const [time, arrival, partition, offset, value] = cell as readonly TileCell[]
  const physical = typeof value === 'bigint' ? Number(value) : (value as Value)
  return { time: Number(time), arrival: Number(arrival), partition: Number(partition), offset: Number(offset), value: physical }
}

/** A tile aggregate of the `k` newest events, newest first. */
export const newestTiles = (
  k: number,
  finalize: (newest: readonly TileEvent[], asOf: number) => TileValue,
): TileAggregate<readonly TileEvent[]> => ({
  lift: event => [event],
  merge: (left, right) => [...left, ...right].sort((a, b) => compareEvents(b, a)).slice(0, k),
  finalize: (newest, asOf) => finalize(newest ?? [], asOf),
  encode: newest => [newest.map(record)],
  decode: ([cells]) => ((cells ?? []) as readonly TileCell[]).map(eventOf),
  cells: sql => [sql.latest(k)],
})

export interface EndEvents {
  readonly first: TileEvent
  readonly last: TileEvent
}

/** A tile aggregate of the first event and the last. */
export const endTiles = (finalize: (ends: EndEvents) => TileValue): TileAggregate<EndEvents> => ({
  lift: event => ({ first: event, last: event }),
  merge: (left, right) => ({
    first: compareEvents(left.first, right.first) <= 0 ? left.first : right.first,
    last: compareEvents(left.last, right.last) >= 0 ? left.last : right.last,
  }),
  finalize: ends => (ends === undefined ? { value: null } : finalize(ends)),
  encode: ({ first, last }) => [record(first), [record(last)]],
  decode: ([first, last]) => (first === null ? undefined : { first: eventOf(first), last: eventOf((last as readonly TileCell[])[0]) }),
  cells: sql => [sql.earliest(), sql.latest(1)],
})
