/**
 * The event log: assigns every entry a sequence number in the total order, and reads entries back.
 *
 * One object of this class, in one process, decides the order. Sequence numbers count all entries, offsets count the events of a source's
 * partition, and arrivals, which the caller sets, never fall (semantics, the log). `append` works in memory and returns the segment to
 * commit, so that events, decisions and reader positions are one commit. Uncommitted appends are lost with the process; none of them was
 * acknowledged.
 */
import { assert, addText, type Hash64, SpillwayError } from '../base/index.ts'
import { type Block, packSourcePosition, sourceOffset, sourcePartition, Strings } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import { logStartOf } from './named-values.ts'
import { SourceSchemas } from './schemas.ts'
import {
  eventsBeforeSegment,
  readSegment,
  segmentPlace,
  SegmentWriter,
  type IdHashes,
  type LogMarker,
  type SourceOffsets,
  type Segment,
  type SegmentContext,
} from './segment.ts'
import type { NamedValues, SegmentLog, StoredSegment } from './store.ts'

export interface LogOptions {
  readonly sources: readonly SourceIR[]
  /** String table of each column to be written. */
  readonly stringsOf: SegmentContext['stringsOf']
  /** Partitions of each source, by the hash of its key. Fixed at the source's first append. */
  readonly partitions?: number
}

/** Events of one source to append, in order, with arrivals set. */
export interface AppendRows {
  readonly source: SourceIR
  readonly block: Block
  readonly ids?: IdHashes | undefined
  readonly identities?: IdHashes | undefined
}

export interface AppendInput {
  readonly sources: readonly AppendRows[]
  /** As in `Segment`. */
  readonly order: Uint8Array | undefined
  readonly markers: readonly LogMarker[]
}

export interface AppendResult {
  /** The segment as readers will see it, with the `sourcePosition` of each event. */
  readonly segment: Segment
  readonly stored: StoredSegment
}

export class Log {
  readonly schemas: SourceSchemas
  readonly #store: SegmentLog & NamedValues
  readonly #options: LogOptions
  readonly #writer: SegmentWriter
  /** By source: the next offset of each partition. */
  readonly #offsets = new Map<string, number[]>()
  #end = 0
  #notBefore = -Infinity

  /** Resumes at the end of the store. Throws `SPILL_DATA` if the last segment is damaged, `SPILL_SCHEMA` as `SourceSchemas` does. */
  constructor(store: SegmentLog & NamedValues, options: LogOptions) {
    this.#store = store
    this.#options = options
    this.schemas = new SourceSchemas(store, options.sources)
    this.#writer = new SegmentWriter({ columnsOf: this.schemas.columnsOf, stringsOf: options.stringsOf })
    const last = store.lastSegment()
    if (last) this.#resumeAfter(last)
    for (const { name } of options.sources)
      if (!this.#offsets.has(name)) this.#offsets.set(name, new Array<number>(options.partitions ?? 1).fill(0))
  }

  /** Sequence number of the next entry. */
  get end(): number {
    return this.#end
  }

  /** Next offset of each partition, for each source in the log. */
  get offsets(): SourceOffsets {
    return Object.fromEntries(this.#offsets)
  }

  /** Least timestamp of the next entry: the greatest arrival, or the millisecond after the last tick. −Infinity for an empty log. */
  get notBefore(): number {
    return this.#notBefore
  }

  /**
   * Assigns entries their sequence numbers, and events their offsets in their source; returns the segment to commit. The caller sees to
   * it that no arrival or marker is below `notBefore`, and that none is below an earlier entry of the segment; the first arrival of each
   * source is asserted.
   */
  append({ sources, order, markers }: AppendInput): AppendResult {
    const length = sources.reduce((sum, { block }) => sum + block.length, markers.length)
    assert(length > 0, 'a segment has entries')
    for (const { block } of sources) assert(!(block.arrival[0] < this.#notBefore), 'no arrival is before an earlier entry')
    const offsets = Object.fromEntries([...this.#offsets].map(([name, next]) => [name, [...next]]))
    const segment: Segment = {
      // Here each entry gets its sequence number, its place in the total order: `#end`, `#end` + 1, …
      first: this.#end,
      length,
      sources: sources.map(rows => this.#assignOffsets(rows)),
      markers,
      offsets,
      ...(order && { order }),
    }
    this.#raiseNotBefore(sources, markers)
    const stored = { first: this.#end, entries: length, arrival: this.#notBefore, bytes: this.#writer.write(segment) }
    this.#end += length
    return { segment, stored }
  }

  /**
   * Yields the stored segments that begin in [from, to), in order, skipping removed ones; by default with the strings of this log. Throws
   * `SPILL_DATA` for a damaged segment.
   */
  *segments(from: number, to: number, selection: Partial<Pick<SegmentContext, 'stringsOf' | 'columnFilter'>> = {}): Generator<Segment> {
    for (let next = from; next < to;) {
      const stored = this.#store.segmentAt(next)
      if (!stored || stored.first > next || (stored.first < next && next > from)) {
        // Removed entries are not missing; another process may remove entries during this read.
        const begins = logStartOf(this.#store).entry
        if (begins <= next) throw missingSegment(next)
        next = begins
        continue
      }
      yield this.decode(stored, selection)
      next = stored.first + stored.entries
    }
  }

  /** First entry of the first segment with an arrival at or after `arrival`, UTC ms; `end` if there is none. */
  firstEntrySince(arrival: number): number {
    let low = 0
    let high = this.#end
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const stored = this.#store.segmentAt(middle)
      // Segments still on their way to the store are later than all stored ones.
      if (!stored || stored.arrival >= arrival) high = Math.min(middle, stored?.first ?? middle)
      else low = stored.first + stored.entries
    }
    return low
  }

  /** Number of events of a source before `entry`, which is the first of a segment or the end. */
  countEventsBefore(source: string, entry: number): number {
    const stored = entry < this.#end ? this.#store.segmentAt(entry) : undefined
    return eventsBeforeSegment(stored ? this.#readHeader(stored) : this, source)
  }

  /**
   * Decodes a stored segment as rows of the current columns of its sources: renamed columns have their current names, and added columns their
   * defaults or NULL. Throws `SPILL_DATA` for a damaged segment.
   */
  decode(stored: StoredSegment, selection: Partial<Pick<SegmentContext, 'stringsOf' | 'columnFilter'>> = {}): Segment {
    const { columnsOf, currentName } = this.schemas
    const { stringsOf = this.#options.stringsOf, columnFilter = () => true } = selection
    const segment = decodeSegment(stored, { columnsOf, currentName, stringsOf, columnFilter })
    const sources = segment.sources.map(rows => ({
      ...rows,
      block: this.schemas.withCurrentColumns(rows.source, rows.block, name => columnFilter(rows.source, name), stringsOf),
    }))
    return { ...segment, sources }
  }

  /** Each source's last arrival is its greatest, since arrivals never fall. */
  #raiseNotBefore(sources: readonly AppendRows[], markers: readonly LogMarker[]): void {
    for (const { block } of sources) if (block.length > 0) this.#notBefore = Math.max(this.#notBefore, block.arrival[block.length - 1])
    for (const { kind, t } of markers) this.#notBefore = Math.max(this.#notBefore, kind === 'tick' ? t + 1 : t)
  }

  /** Each event gets the next offset of its partition. */
  #assignOffsets({ source, block, ids, identities }: AppendRows): Segment['sources'][number] {
    const next = this.#offsets.get(source.name)!
    const sourcePosition = new Float64Array(block.length)
    const partitionOf = next.length === 1 ? () => 0 : this.#partitioner(source, block, next.length)
    for (let row = 0; row < block.length; row++) {
      const partition = partitionOf(row)
      sourcePosition[row] = packSourcePosition(partition, next[partition]++)
    }
    return { source: source.name, schema: this.schemas.current(source.name), block: { ...block, sourcePosition }, ids, identities }
  }

  /** Returns the function from a row to its partition: all events of a source key are in one partition (semantics, the log). */
  #partitioner(source: SourceIR, block: Block, partitions: number): (row: number) => number {
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

  /** Decodes a segment without its columns. */
  #readHeader(stored: StoredSegment): Segment {
    const noColumns: SegmentContext = { columnsOf: this.schemas.columnsOf, stringsOf: () => new Strings(), columnFilter: () => false }
    return decodeSegment(stored, noColumns)
  }

  #resumeAfter(last: StoredSegment): void {
    const { offsets, sources } = this.#readHeader(last)
    for (const [name, next] of Object.entries(offsets)) this.#offsets.set(name, [...next])
    for (const { source, block } of sources) {
      const next = this.#offsets.get(source)!
      for (let row = 0; row < block.length; row++)
        next[sourcePartition(block.sourcePosition[row])] = sourceOffset(block.sourcePosition[row]) + 1
    }
    this.#end = last.first + last.entries
    this.#notBefore = last.arrival
  }
}

/**
 * @throws `SPILL_DATA` for a segment that is damaged or stored under another number.
 */
function decodeSegment({ first, entries, bytes }: StoredSegment, context: SegmentContext): Segment {
  const segment = readSegment(bytes, context, segmentPlace(first))
  if (segment.first === first && segment.length === entries) return segment
  throw new SpillwayError('SPILL_DATA', `is damaged: the bytes are those of segment ${segment.first}`, {
    place: segmentPlace(first),
  })
}

const missingSegment = (entry: number): SpillwayError =>
  new SpillwayError('SPILL_DATA', `the log is damaged: the segment with entry ${entry} is missing; restore the folder from a backup`)
