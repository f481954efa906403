/**
 * Finds single log entries by sequence number, for comparing an append with the event that it may duplicate.
 *
 * Searches the segments that are being committed, then the store. A client that re-sends a day repeats consecutive segments, so the last
 * few segments stay decoded. Events have the current columns of their source.
 */
import { assert } from '../base/index.ts'
import { type Block, Strings } from '../columns/index.ts'
import type { SchemaReading } from './schemas.ts'
import { readSegment, segmentPlace, type LogMarker, type Segment } from './segment.ts'
import type { SegmentLog, StoredSegment } from './store.ts'

const DECODED_MAX = 8

/** An event in its block; its texts are in `strings`. */
export interface LocatedEvent {
  readonly source: string
  readonly block: Block
  readonly row: number
  readonly strings: Strings
}

interface DecodedSegment {
  readonly segment: Segment
  readonly strings: Strings
  /** By entry: its row among the rows of its source, or its index among the markers. */
  readonly rows: Int32Array
}

export class EventLookup {
  readonly #store: Pick<SegmentLog, 'segmentAt'>
  readonly #schemas: SchemaReading
  readonly #pending: StoredSegment[] = []
  /** By first sequence number, least recently used first. */
  readonly #cache = new Map<number, DecodedSegment>()

  constructor(store: Pick<SegmentLog, 'segmentAt'>, schemas: SchemaReading) {
    this.#store = store
    this.#schemas = schemas
  }

  /** Adds a segment that was handed to the store. */
  addPending(segment: StoredSegment): void {
    this.#pending.push(segment)
  }

  /** Removes the segments before this entry, which the store has committed. */
  dropCommitted(before: number): void {
    while (this.#pending.length > 0 && this.#pending[0].first < before) this.#pending.shift()
  }

  /** The event at a sequence number; `undefined` if retention removed it, or for a marker. Throws `SPILL_DATA` for a damaged segment. */
  eventAt(sequence: number): LocatedEvent | undefined {
    const decoded = this.#segmentWith(sequence)
    if (!decoded) return undefined
    const { segment, strings, rows } = decoded
    const entry = sequence - segment.first
    const rowsOfSource = segment.sources[segment.order ? segment.order[entry] : 0]
    return rowsOfSource && { source: rowsOfSource.source, block: rowsOfSource.block, row: rows[entry], strings }
  }

  /** The marker at a sequence number; `undefined` if retention removed it, or for an event. */
  markerAt(sequence: number): LogMarker | undefined {
    const decoded = this.#segmentWith(sequence)
    if (!decoded || this.eventAt(sequence)) return undefined
    return decoded.segment.markers[decoded.rows[sequence - decoded.segment.first]]
  }

  #segmentWith(sequence: number): DecodedSegment | undefined {
    for (const [first, decoded] of this.#cache) {
      if (sequence < first || sequence >= first + decoded.segment.length) continue
      this.#cache.delete(first)
      this.#cache.set(first, decoded)
      return decoded
    }
    const holds = ({ first, entries }: StoredSegment) => first <= sequence && sequence < first + entries
    const stored = this.#pending.find(holds) ?? this.#store.segmentAt(sequence)
    if (!stored || !holds(stored)) return undefined
    const decoded = this.#decode(stored)
    this.#cache.set(stored.first, decoded)
    if (this.#cache.size > DECODED_MAX) this.#cache.delete(this.#cache.keys().next().value!)
    return decoded
  }

  #decode({ first, bytes }: StoredSegment): DecodedSegment {
    const strings = new Strings()
    const { columnsOf, currentName } = this.#schemas
    const stored = readSegment(bytes, { columnsOf, currentName, stringsOf: () => strings }, segmentPlace(first))
    const sources = stored.sources.map(rows => ({
      ...rows,
      block: this.#schemas.withCurrentColumns(
        rows.source,
        rows.block,
        () => true,
        () => strings,
      ),
    }))
    const segment = { ...stored, sources }
    const counts = new Int32Array(segment.sources.length + 1)
    const rows = new Int32Array(segment.length)
    for (let entry = 0; entry < segment.length; entry++) {
      const source = segment.order ? segment.order[entry] : 0
      rows[entry] = counts[source]
      counts[source] = counts[source] + 1
    }
    assert(segment.first === first, 'a segment stands under its own number')
    return { segment, strings, rows }
  }
}
