/**
 * Events by their order (time, arrival, partition, offset): the newest k, or the first and the last.
 *
 * An event is encoded as `[time, arrival, partition, offset, value]`. Compared from the left, such records sort as events do, because no two events have
 * one position.
 */
import type { Value } from '../../define/ir/index.ts'
import type { AggregateFunction, PartialMethods } from './aggregate-function.ts'
import type { TileCell, TileEvent } from './tile-format.ts'

/** Negative if the left event is earlier. */
function compareEvents(left: TileEvent, right: TileEvent): number {
  return left.time - right.time || left.arrival - right.arrival || left.partition - right.partition || left.offset - right.offset
}

const record = ({ time, arrival, partition, offset, value }: TileEvent): TileCell => [time, arrival, partition, offset, value]

function eventOf(cell: TileCell): TileEvent {
  const [time, arrival, partition, offset, value] = cell as readonly TileCell[]
  const physical = typeof value === 'bigint' ? Number(value) : (value as Value)
  return { time: Number(time), arrival: Number(arrival), partition: Number(partition), offset: Number(offset), value: physical }
}

export type NewestEvents = readonly TileEvent[]

/** The `k` newest events, newest first. */
export const newestPartials = (
  k: number,
): PartialMethods<NewestEvents> & Pick<AggregateFunction, 'tileSql' | 'exactness' | 'kernelPartial'> => ({
  lift: event => [event],
  merge: (left, right) => [...left, ...right].sort((a, b) => compareEvents(b, a)).slice(0, k),
  encode: newest => [newest.map(record)],
  decode: ([cells]) => (cells as readonly TileCell[] | null)?.map(eventOf),
  tileSql: tile => [tile.lastEvents(k)],
  exactness: 'exact',
  kernelPartial: { kind: 'recent', k },
})

export interface EndEvents {
  readonly first: TileEvent
  readonly last: TileEvent
}

/** The first event and the last. */
export const endPartials: PartialMethods<EndEvents> & Pick<AggregateFunction, 'tileSql' | 'kernelPartial'> = {
  lift: event => ({ first: event, last: event }),
  merge: (left, right) => ({
    first: compareEvents(left.first, right.first) <= 0 ? left.first : right.first,
    last: compareEvents(left.last, right.last) >= 0 ? left.last : right.last,
  }),
  encode: ({ first, last }) => [record(first), [record(last)]],
  decode: ([first, last]) => (first === null ? undefined : { first: eventOf(first), last: eventOf((last as readonly TileCell[])[0]) }),
  tileSql: tile => [tile.firstEvent(), tile.lastEvents(1)],
  kernelPartial: { kind: 'ends' },
}
