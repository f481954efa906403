/** How the entries of a segment stand to one another: where each source's events are, and how many of another source stand before them. */
import type { Block } from '../columns/block.ts'
import type { Segment } from '../log/segment.ts'
import type { SourceEvents } from './live-group.ts'
import type { Moments } from './live-model.ts'

export class OrderOf {
  readonly #segment: Segment
  readonly #entries = new Map<string, Float64Array>()

  constructor(segment: Segment) {
    this.#segment = segment
  }

  /** No later entry of the log arrives before it, UTC ms. */
  get lastArrival(): number {
    const { sources, marks } = this.#segment
    return Math.max(...sources.map(({ block }) => block.arrival[block.length - 1]), ...marks.map(({ t }) => t))
  }

  /** The segment's events of a source, if it has any. */
  blockOf(source: string): Block | undefined {
    return this.#segment.sources.find(rows => rows.source === source)?.block
  }

  /** A source's events with their sequence numbers, if the segment has any. */
  eventsOf(source: string): SourceEvents | undefined {
    const block = this.blockOf(source)
    return block && { block, entries: this.entries(source) }
  }

  /** Sequence numbers of a source's events. */
  entries(source: string): Float64Array {
    const known = this.#entries.get(source)
    if (known) return known
    const { first, order, sources } = this.#segment
    const index = sources.findIndex(rows => rows.source === source)
    const entries = new Float64Array(index < 0 ? 0 : sources[index].block.length)
    if (!order) for (let row = 0; row < entries.length; row++) entries[row] = first + row
    else for (let entry = 0, row = 0; row < entries.length; entry++) if (order[entry] === index) entries[row++] = first + entry
    this.#entries.set(source, entries)
    return entries
  }

  /** The moments at which a model decides on the events of a source that the segment has. */
  momentsOf(source: string): Moments {
    const block = this.blockOf(source)!
    return {
      length: block.length,
      entry: this.entries(source),
      t: block.arrival,
      position: block.position,
      columnOf: name => block.columns[name],
      prefixes: of => this.prefixes(of, source),
      source,
    }
  }

  /** For each event of `trigger`, in order: how many of the segment's events of `source` stand before or at it. */
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
