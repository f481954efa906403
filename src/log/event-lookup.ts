/**
 * Single events of the log by their sequence number, to hold an append against the one that it may repeat.
 *
 * Looks among the segments that are on their way to the store, then in the store. Whoever sends a day again repeats one segment after the other,
 * so the last few stay decoded.
 */
import { assert } from '../base/assert.ts'
import type { Block } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import { readSegment, type Mark, type Segment, type SegmentContext } from './segment.ts'
import type { StoredLog, StoredSegment } from './store.ts'

const DECODED_MAX = 8

/** One event where it stands; its texts are in `strings`. */
export interface FoundEvent {
  readonly source: string
  readonly block: Block
  readonly row: number
  readonly strings: Strings
}

interface Decoded {
  readonly segment: Segment
  readonly strings: Strings
  /** By entry: its row among the rows of its source, or its place among the marks. */
  readonly rows: Int32Array
}

export class EventLookup {
  readonly #store: Pick<StoredLog, 'segmentAt'>
  readonly #columnsOf: SegmentContext['columnsOf']
  readonly #pending: StoredSegment[] = []
  /** By first sequence number, the one looked at longest ago first. */
  readonly #decoded = new Map<number, Decoded>()

  constructor(store: Pick<StoredLog, 'segmentAt'>, columnsOf: SegmentContext['columnsOf']) {
    this.#store = store
    this.#columnsOf = columnsOf
  }

  /** A segment that was given to the store. */
  given(segment: StoredSegment): void {
    this.#pending.push(segment)
  }

  /** The store has everything before this entry. */
  stored(before: number): void {
    while (this.#pending.length > 0 && this.#pending[0].first < before) this.#pending.shift()
  }

  /** The event at a sequence number; `undefined` if retention has taken it, or for a mark. Throws `SPILL_DATA` for a damaged segment. */
  at(sequence: number): FoundEvent | undefined {
    const decoded = this.#segmentWith(sequence)
    if (!decoded) return undefined
    const { segment, strings, rows } = decoded
    const entry = sequence - segment.first
    const found = segment.sources[segment.order ? segment.order[entry] : 0]
    return found && { source: found.source, block: found.block, row: rows[entry], strings }
  }

  /** The mark at a sequence number; `undefined` as for `at`, and for an event. */
  markAt(sequence: number): Mark | undefined {
    const decoded = this.#segmentWith(sequence)
    if (!decoded || this.at(sequence)) return undefined
    return decoded.segment.marks[decoded.rows[sequence - decoded.segment.first]]
  }

  #segmentWith(sequence: number): Decoded | undefined {
    for (const [first, decoded] of this.#decoded) {
      if (sequence < first || sequence >= first + decoded.segment.length) continue
      this.#decoded.delete(first)
      this.#decoded.set(first, decoded)
      return decoded
    }
    const holds = ({ first, entries }: StoredSegment) => first <= sequence && sequence < first + entries
    const stored = this.#pending.find(holds) ?? this.#store.segmentAt(sequence)
    if (!stored || !holds(stored)) return undefined
    const decoded = this.#decode(stored)
    this.#decoded.set(stored.first, decoded)
    if (this.#decoded.size > DECODED_MAX) this.#decoded.delete(this.#decoded.keys().next().value!)
    return decoded
  }

  #decode({ first, bytes }: StoredSegment): Decoded {
    const strings = new Strings()
    const segment = readSegment(bytes, { columnsOf: this.#columnsOf, stringsOf: () => strings }, `segment ${first} of the log`)
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
