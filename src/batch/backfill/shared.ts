/** Events in memory, for threads: the arrays are shared, and texts have the ids that they have here. */
import type { Block, Column } from '../../columns/block.ts'
import { Strings } from '../../columns/strings.ts'
import { EventsInMemory } from './events.ts'

type Array = Float64Array | Int32Array | Uint32Array | Uint8Array

export interface SharedEvents {
  readonly blocks: ReadonlyMap<string, Block>
  /** Texts one behind the other, and where each ends. */
  readonly bytes: Uint8Array
  readonly ends: Uint32Array
}

export function shared(blocks: ReadonlyMap<string, Block>, strings: Strings): SharedEvents {
  const ends = inShared(new Uint32Array(strings.size))
  let length = 0
  for (let id = 0; id < strings.size; id++) ends[id] = length += strings.lengthOf(id)
  const bytes = new Uint8Array(new SharedArrayBuffer(length))
  for (let id = 0; id < strings.size; id++) strings.copy(id, bytes, id === 0 ? 0 : ends[id - 1])
  return { blocks: new Map([...blocks].map(([name, block]) => [name, sharedBlock(block)])), bytes, ends }
}

export function eventsOf({ blocks, bytes, ends }: SharedEvents): EventsInMemory {
  const strings = new Strings()
  for (let id = 0; id < ends.length; id++) strings.idOfBytes(bytes, id === 0 ? 0 : ends[id - 1], ends[id])
  return new EventsInMemory(blocks, strings)
}

function sharedBlock({ length, time, arrival, position, columns }: Block): Block {
  const column = ({ values, nulls }: Column): Column => ({ values: inShared(values), nulls: nulls && inShared(nulls) })
  return {
    length,
    time: inShared(time),
    arrival: inShared(arrival),
    position: inShared(position),
    columns: Object.fromEntries(Object.entries(columns).map(([name, of]) => [name, column(of)])),
  }
}

function inShared<A extends Array>(values: A): A {
  const copy = new (values.constructor as new (buffer: SharedArrayBuffer) => A)(new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy
}
