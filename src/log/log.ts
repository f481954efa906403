/**
 * The log: where each event gets its place in the total order, and where it is read back.
 *
 * One object of this class, in one process, decides the order: sequence numbers count all entries, offsets count the events of a source's partition,
 * arrivals never fall (semantics §1). It decides in memory and gives back what is to be committed, so that events, decisions and positions can be
 * one commit; what was decided and not committed is lost with the process, and was acknowledged to nobody.
 */
import { assert } from '../base/assert.ts'
import { addText, type Hash64 } from '../base/hash.ts'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Block } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { SourceIR } from '../define/ir/ir.ts'
import { beginsOf } from './begins.ts'
import { Schemas } from './schemas.ts'
import { readSegment, SegmentWriter, type IdHashes, type Mark, type Offsets, type Segment, type SegmentContext } from './segment.ts'
import type { StoredLog, StoredSchema, StoredSegment } from './store.ts'

export interface LogOptions {
  readonly sources: readonly SourceIR[]
  /** Where the texts of columns to be written have their ids. */
  readonly stringsOf: SegmentContext['stringsOf']
  /** Partitions of each source, by the hash of its key. Fixed when a source's first event is appended. */
  readonly partitions?: number
}

/** Events of one source to append, in order; arrivals are set. */
export interface Rows {
  readonly source: SourceIR
  readonly block: Block
  readonly ids?: IdHashes | undefined
  readonly identities?: IdHashes | undefined
}

export interface Appending {
  readonly sources: readonly Rows[]
  /** As in `Segment`. */
  readonly order: Uint8Array | undefined
  readonly marks: readonly Mark[]
}

export interface Appended {
  /** As it will be read again, positions set. */
  readonly segment: Segment
  readonly stored: StoredSegment
}

export class Log {
  readonly schemas: Schemas
  readonly #store: StoredLog
  readonly #options: LogOptions
  readonly #writer: SegmentWriter
  /** By source: the next offset of each partition. */
  readonly #offsets = new Map<string, number[]>()
  #end = 0
  #notBefore = -Infinity

  /** Goes on where the store ends. Throws `SPILL_DATA` if its last segment is damaged, `SPILL_SCHEMA` as `Schemas` does. */
  constructor(store: StoredLog, options: LogOptions) {
    this.#store = store
    this.#options = options
    this.schemas = new Schemas(store, options.sources)
    this.#writer = new SegmentWriter({ columnsOf: this.schemas.columnsOf, stringsOf: options.stringsOf })
    const last = store.lastSegment()
    if (last) this.#continue(last)
    for (const { name } of options.sources)
      if (!this.#offsets.has(name)) this.#offsets.set(name, new Array<number>(options.partitions ?? 1).fill(0))
  }

  /** The sequence number of the next entry. */
  get end(): number {
    return this.#end
  }

  /** The next offset of each partition of each source that the log has seen. */
  get offsets(): Offsets {
    return Object.fromEntries(this.#offsets)
  }

  /** What the next entry is stamped at least: the greatest arrival, or the millisecond after the last tick. −Infinity if it is empty. */
  get notBefore(): number {
    return this.#notBefore
  }

  /** Columns of sources that the store does not know yet: to be committed first. */
  get newSchemas(): readonly StoredSchema[] {
    return this.schemas.added
  }

  /** Gives entries their places, as the log's next ones, and what is to be committed. Arrivals must not be below `notBefore`, nor fall. */
  append({ sources, order, marks }: Appending): Appended {
    const length = sources.reduce((sum, { block }) => sum + block.length, marks.length)
    assert(length > 0, 'a segment has entries')
    const offsets = Object.fromEntries([...this.#offsets].map(([name, next]) => [name, [...next]]))
    const segment: Segment = {
      first: this.#end,
      length,
      sources: sources.map(rows => this.#place(rows)),
      marks,
      offsets,
      ...(order && { order }),
    }
    for (const mark of marks) this.#notBefore = Math.max(this.#notBefore, mark.kind === 'tick' ? mark.t + 1 : mark.t)
    const stored = { first: this.#end, entries: length, arrival: this.#notBefore, bytes: this.#writer.write(segment) }
    this.#end += length
    return { segment, stored }
  }

  /** The segments that begin in [from, to), in order, as they are in the store, from where it begins on; read whole or `SPILL_DATA`. */
  *segments(from: number, to: number, strings: Pick<SegmentContext, 'stringsOf' | 'wanted'>): Generator<Segment> {
    const wanted = strings.wanted ?? (() => true)
    const context = { columnsOf: this.schemas.columnsOf, ...strings }
    for (let next = from; next < to;) {
      const stored = this.#store.segmentAt(next)
      if (!stored || stored.first > next || (stored.first < next && next > from)) {
        // What was forgotten is not missing; another process may forget while this one reads.
        const begins = beginsOf(this.#store).entry
        if (begins <= next) throw missing(next)
        next = begins
        continue
      }
      yield this.today(readStored(stored, context), wanted)
      next = stored.first + stored.entries
    }
  }

  /** The first entry of the first segment that has an arrival at or after this, UTC ms; `end` if none has. */
  since(arrival: number): number {
    let low = 0
    let high = this.#end
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const stored = this.#store.segmentAt(middle)
      // What is on its way to the store is later than all that is in it.
      if (!stored || stored.arrival >= arrival) high = Math.min(middle, stored?.first ?? middle)
      else low = stored.first + stored.entries
    }
    return low
  }

  /** How many events of a source stand before an entry, at which a segment begins, or at the end. */
  eventsOf(source: string, entry: number): number {
    const stored = entry < this.#end ? this.#store.segmentAt(entry) : undefined
    const offsets = stored ? this.#read(stored).offsets[source] : this.#offsets.get(source)
    return (offsets ?? []).reduce((sum, next) => sum + next, 0)
  }

  /** A segment with the columns that its sources have today: those that came since are NULL. */
  today(segment: Segment, wanted: (source: string, column: string) => boolean = () => true): Segment {
    const sources = segment.sources.map(rows => ({
      ...rows,
      block: this.schemas.today(rows.source, rows.block, name => wanted(rows.source, name)),
    }))
    return { ...segment, sources }
  }

  #place({ source, block, ids, identities }: Rows): Segment['sources'][number] {
    const next = this.#offsets.get(source.name)!
    const position = new Float64Array(block.length)
    const partitionOf = next.length === 1 ? () => 0 : this.#partitions(source, block, next.length)
    for (let row = 0; row < block.length; row++) {
      const partition = partitionOf(row)
      position[row] = partition * limits.OFFSET_MAX + next[partition]++
      const arrival = block.arrival[row]
      if (arrival > this.#notBefore) this.#notBefore = arrival
    }
    return { source: source.name, schema: this.schemas.current(source.name), block: { ...block, position }, ids, identities }
  }

  /** The partition of a row: all events of a source key are in one (semantics §1). */
  #partitions(source: SourceIR, block: Block, partitions: number): (row: number) => number {
    const { values } = block.columns[source.key]
    const type = source.columns.find(({ name }) => name === source.key)!.type
    const strings: Strings | undefined = type === 'string' ? this.#options.stringsOf(source.name, source.key) : undefined
    const hash: Hash64 = { high: 0, low: 0 }
    return row => {
      hash.high = hash.low = 0
      if (strings) strings.addTo(hash, values[row])
      else addText(hash, String(values[row]))
      return (hash.low >>> 0) % partitions
    }
  }

  /** A segment without its columns. */
  #read(stored: StoredSegment): Segment {
    const noColumns: SegmentContext = { columnsOf: this.schemas.columnsOf, stringsOf: () => new Strings(), wanted: () => false }
    return readStored(stored, noColumns)
  }

  #continue(last: StoredSegment): void {
    const { offsets, sources } = this.#read(last)
    for (const [name, next] of Object.entries(offsets)) this.#offsets.set(name, [...next])
    for (const { source, block } of sources) {
      const next = this.#offsets.get(source)!
      for (let row = 0; row < block.length; row++) {
        const partition = Math.floor(block.position[row] / limits.OFFSET_MAX)
        next[partition] = (block.position[row] % limits.OFFSET_MAX) + 1
      }
    }
    this.#end = last.first + last.entries
    this.#notBefore = last.arrival
  }
}

/** Throws `SPILL_DATA` for a segment that is damaged, or is not the one that stands in its place. */
function readStored({ first, entries, bytes }: StoredSegment, context: SegmentContext): Segment {
  const segment = readSegment(bytes, context, `segment ${first} of the log`)
  if (segment.first === first && segment.length === entries) return segment
  throw new SpillwayError('SPILL_DATA', `segment ${first} of the log is damaged: the bytes are those of segment ${segment.first}`)
}

const missing = (entry: number): SpillwayError =>
  new SpillwayError('SPILL_DATA', `the log is damaged: the segment with entry ${entry} is missing; restore the folder from a backup`)
