/** The sequence number of each event of a segment, by source, and counts of the events of other sources before it. */
import type { Block } from '../../columns/index.ts'
import type { Segment } from '../../log/index.ts'
import type { SourceEvents } from './live-group.ts'

export class SegmentOrder {
  readonly #segment: Segment
  readonly #entries = new Map<string, Float64Array>()
  /** The last arrival, UTC ms: no later entry precedes it. */
  readonly lastArrival: number

  constructor(segment: Segment) {
    const { sources, markers } = segment
    this.#segment = segment
    this.lastArrival = Math.max(...sources.map(({ block }) => block.arrival[block.length - 1]), ...markers.map(({ t }) => t))
  }

  /** Events of a source in the segment, if it has any. */
  blockOf(source: string): Block | undefined {
    return this.#segment.sources.find(rows => rows.source === source)?.block
  }

  /** Events of a source with their sequence numbers, if the segment has any. */
  eventsOf(source: string): SourceEvents | undefined {
    const block = this.blockOf(source)
    return block && { block, entries: this.entries(source) }
  }

  /** Sequence numbers of the events of a source. */
  entries(source: string): Float64Array {
    const cached = this.#entries.get(source)
    if (cached) return cached
    const { first, order, sources } = this.#segment
    const index = sources.findIndex(rows => rows.source === source)
    const entries = new Float64Array(index < 0 ? 0 : sources[index].block.length)
    if (!order) for (let row = 0; row < entries.length; row++) entries[row] = first + row
    else for (let entry = 0, row = 0; row < entries.length; entry++) if (order[entry] === index) entries[row++] = first + entry
    this.#entries.set(source, entries)
    return entries
  }

  /** For each event of `trigger`, in order: the number of events of `source` up to it, in this segment. */
  prefixes(source: string, trigger: string): Int32Array {
    const triggers = this.entries(trigger)
    const counted = source === trigger ? triggers : this.entries(source)
    const prefixes = new Int32Array(triggers.length)
    let count = 0
    for (let row = 0; row < triggers.length; row++) {
      while (count < counted.length && counted[count] <= triggers[row]) count++
      prefixes[row] = count
    }
    return prefixes
  }
}
