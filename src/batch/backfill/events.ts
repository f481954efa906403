/** The events behind feature values, in order of arrival; and their in-memory form, as read from files and shared with threads. */
import { createHash, type Hash } from 'node:crypto'
import { type Block, type ColumnData, emptyBlock, lowerBound, sharedBlock, sliceBlock, Strings } from '../../columns/index.ts'
import { type SourceIR, shortHash } from '../../define/ir/index.ts'
import { partitionAt, type CalendarPartition, type PartitionUnit } from '../../offline/index.ts'

/** Events per block. */
export const EVENTS_AT_ONCE = 1 << 16

/** A history of events by source. */
export interface EventHistory {
  /** Texts and their ids. */
  readonly strings: Strings
  /** Events that arrived in [from, to), in order, with at least these columns, some ten thousand per block. */
  blocks(source: SourceIR, columns: ReadonlySet<string>, from: number, to: number): Iterable<Block>
}

/** The events of a source in one partition. */
export interface PartitionExtent extends CalendarPartition {
  readonly events: number
  /** Digest of times, arrivals and the values of these columns. */
  digest(columns: readonly string[]): string
}

/** The extent of a history, by partition. */
export interface HistoryExtents {
  /** By source, then by partition name in order; partitions without events are absent. */
  readonly of: ReadonlyMap<string, ReadonlyMap<string, PartitionExtent>>
  /** First and last arrival by source. */
  readonly span: ReadonlyMap<string, { readonly first: number; readonly last: number }>
  /** Every later event arrives after this, UTC ms. */
  readonly until: number
  /** Events that arrived up to here are forgotten; −Infinity if none are. */
  readonly forgotten: number
}

/** Events in memory, in order of arrival. */
export class EventsInMemory implements EventHistory {
  readonly strings: Strings
  readonly #blocks: ReadonlyMap<string, Block>

  constructor(blocks: ReadonlyMap<string, Block>, strings: Strings) {
    this.#blocks = blocks
    this.strings = strings
  }

  *blocks({ name }: SourceIR, _columns: ReadonlySet<string>, from: number, to: number): Generator<Block> {
    const block = this.#blocks.get(name)!
    const end = lowerBound(block.arrival, to)
    for (let row = lowerBound(block.arrival, from); row < end; row += EVENTS_AT_ONCE)
      yield sliceBlock(block, row, Math.min(end, row + EVENTS_AT_ONCE))
  }

  extents(unit: PartitionUnit): HistoryExtents {
    const of = new Map([...this.#blocks].map(([name, block]) => [name, this.#extentsOf(block, unit)]))
    const spans = [...this.#blocks].flatMap(([name, { arrival, length }]) =>
      length === 0 ? [] : [[name, { first: arrival[0], last: arrival[length - 1] }] as const],
    )
    return { of, span: new Map(spans), until: Math.max(...spans.map(([, { last }]) => last)), forgotten: -Infinity }
  }

  #extentsOf(block: Block, unit: PartitionUnit): Map<string, PartitionExtent> {
    const extents = new Map<string, PartitionExtent>()
    for (let row = 0; row < block.length;) {
      const partition = partitionAt(unit, block.arrival[row])
      const part = sliceBlock(block, row, lowerBound(block.arrival, partition.end))
      extents.set(partition.name, { ...partition, ...extentOf(part, this.strings) })
      row += part.length
    }
    return extents
  }
}

function extentOf(block: Block, strings: Strings): Pick<PartitionExtent, 'events' | 'digest'> {
  const { length, time, arrival, columns } = block
  const digests = new Map<string, string>()
  const digestOf = (column: string): string => {
    const columnDigest = digests.get(column) ?? digest(columns[column], strings)
    digests.set(column, columnDigest)
    return columnDigest
  }
  let timesDigest: string | undefined
  return {
    events: length,
    digest(names) {
      timesDigest ??= bytesOf(time).update(bytesIn(arrival)).digest('hex')
      return shortHash([timesDigest, ...names.map(digestOf)])
    },
  }
}

const bytesIn = ({ buffer, byteOffset, byteLength }: Float64Array | Int32Array | Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

const bytesOf = (values: Float64Array | Int32Array): Hash => createHash('sha256').update(bytesIn(values))

/** Digest of a column. Texts are numbered by first occurrence and hashed once each, so ids do not matter. */
function digest({ values, nulls }: ColumnData, strings: Strings): string {
  const isText = values instanceof Int32Array
  const hash = isText ? textsHash(values, strings) : bytesOf(values)
  if (nulls?.includes(1)) hash.update('nulls').update(nulls)
  return hash.digest('hex')
}

function textsHash(ids: Int32Array, strings: Strings): Hash {
  const places = new Int32Array(strings.size)
  const numbers = new Int32Array(ids.length)
  const texts: string[] = []
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]
    if (places[id] === 0) places[id] = texts.push(strings.textOf(id))
    numbers[row] = places[id]!
  }
  return bytesOf(numbers).update(JSON.stringify(texts))
}

/** In-memory events for threads: arrays in shared memory, texts with the same ids. */
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

/** A forward cursor over the events of a source, in order of arrival, a block at a time; each event is read once. */
export class EventCursor {
  readonly #nothing: Block
  readonly #blocks: Iterator<Block>
  #next: Block | undefined
  /** Events read. */
  eventsRead = 0

  /** Starts at the events that arrived at `from`, UTC ms, or later. */
  constructor(events: EventHistory, source: SourceIR, columns: ReadonlySet<string>, from: number) {
    this.#nothing = emptyBlock(source, columns)
    this.#blocks = events.blocks(source, columns, from, Infinity)[Symbol.iterator]()
    this.#next = this.#readBlock()
  }

  /** The next unread events, or `undefined` at the end. */
  get peek(): Block | undefined {
    return this.#next
  }

  /** Reads the first `count` of `next`. */
  read(count: number): Block {
    const next = this.#next
    if (!next) return this.#nothing
    this.eventsRead += count
    this.#next = count === next.length ? this.#readBlock() : sliceBlock(next, count, next.length)
    return sliceBlock(next, 0, count)
  }

  /** Reads the events that arrived before `time`, block by block. */
  *readBefore(time: number): Generator<Block> {
    for (let next = this.#next; next && next.arrival[0] < time; next = this.#next) yield this.read(lowerBound(next.arrival, time))
  }

  #readBlock(): Block | undefined {
    const { value, done } = this.#blocks.next()
    return done ? undefined : value
  }
}
