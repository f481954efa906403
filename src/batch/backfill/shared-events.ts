/** Shares in-memory events with threads: arrays in shared memory, texts with the same ids. */
import { type Block, sharedBlock, Strings } from '../../columns/index.ts'
import { EventsInMemory } from './events.ts'

/** Events in shared memory. */
export interface SharedEvents {
  readonly blocks: ReadonlyMap<string, Block>
  /** Concatenated texts, and the end of each. */
  readonly bytes: Uint8Array
  readonly ends: Uint32Array
}

/** Copies events into shared memory. */
export function shareEvents(blocks: ReadonlyMap<string, Block>, strings: Strings): SharedEvents {
  const ends = new Uint32Array(new SharedArrayBuffer(4 * strings.size))
  let length = 0
  for (let id = 0; id < strings.size; id++) ends[id] = length += strings.lengthOf(id)
  const bytes = new Uint8Array(new SharedArrayBuffer(length))
  for (let id = 0; id < strings.size; id++) strings.copy(id, bytes, id === 0 ? 0 : ends[id - 1])
  return { blocks: new Map([...blocks].map(([name, block]) => [name, sharedBlock(block)])), bytes, ends }
}

/** Opens shared events in a thread. */
export function openSharedEvents({ blocks, bytes, ends }: SharedEvents): EventsInMemory {
  const strings = new Strings()
  for (let id = 0; id < ends.length; id++) strings.idOfBytes(bytes, id === 0 ? 0 : ends[id - 1], ends[id])
  return new EventsInMemory(blocks, strings)
}
