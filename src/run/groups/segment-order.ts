/** The order of the entries of a segment: sequence numbers of each source, and counts of events of other sources before them. */
import { type Block, type ColumnData, gatherBlock, gatherArray } from '../../columns/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { undeletedRows } from '../../kernel/index.ts'
import type { Segment } from '../../log/index.ts'
import type { SourceEvents } from './live-group.ts'

/** The decisions of one model in a batch: times, source positions and trigger columns; row i is decision i. */
export interface DecisionPoints {
  readonly length: number
  readonly entry: Float64Array
  readonly t: Float64Array
  readonly sourcePosition: Float64Array | undefined
  /** A column of the trigger. */
  readonly columnOf: (name: string) => ColumnData
  /** Number of events of a source in the batch that are in each `P`. */
  readonly prefixes: (source: string) => Int32Array
  /**
   * Event time of the trigger of a decision, UTC ms: of its event, of the newest event of its key at a tick, or of its request. Valid until
   * the next batch.
   */
  readonly since: (row: number) => number
  /** Source of the triggering event, which is the last of its prefix. */
  readonly source: string | undefined
  /** As in `LiveDecisions`. */
  readonly stringsBefore?: number
}

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

  /** The decisions of a model on the events of a source: one for each event that is not a delete. */
  decisionPointsOf(source: SourceIR): DecisionPoints {
    const block = this.blockOf(source.name)!
    const { name } = source
    const rows = undeletedRows(source, block)
    const entry = this.entries(name)
    const prefixes = (of: string) => this.prefixes(of, name)
    if (!rows) return decisionPoints(name, block, entry, prefixes)
    return decisionPoints(name, gatherBlock(block, rows), gatherArray(entry, rows), of => gatherArray(prefixes(of), rows))
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

function decisionPoints(source: string, block: Block, entry: Float64Array, prefixes: DecisionPoints['prefixes']): DecisionPoints {
  return {
    length: block.length,
    entry,
    t: block.arrival,
    sourcePosition: block.sourcePosition,
    since: row => block.time[row],
    columnOf: name => block.columns[name],
    prefixes,
    source,
  }
}
