/** Position of an entry in the log: its event or marker, and the number of earlier events of each source. */
import { Strings } from '../columns/index.ts'
import type { PipelineIR, Value } from '../define/ir/index.ts'
import { valueAt } from '../intake/index.ts'
import type { Log, LogMarker, Segment } from '../log/index.ts'

/** One entry of the log. */
export interface LogPlace {
  /** The event, with the physical values of the columns that the pipeline reads; undefined for a log marker. */
  readonly event?: { readonly source: string; readonly row: Readonly<Record<string, Value>> }
  readonly mark?: LogMarker
  /** Number of earlier events of a source in the whole log. */
  readonly before: (source: string) => number
}

/** True for the columns of a source that a reader needs. */
export type ColumnFilter = (source: string, column: string) => boolean

interface Decoded {
  readonly segment: Segment
  readonly strings: Strings
  /** Number of earlier entries in the segment, by index of the source (or of markers), by entry. */
  readonly counts: ReadonlyMap<number, Int32Array>
}

/** Holds one segment, so entries should be read in order. */
export class LogPlaces {
  readonly #ir: PipelineIR
  readonly #log: Log
  readonly #wanted: ColumnFilter
  #decoded: Decoded | undefined

  constructor(ir: PipelineIR, log: Log, wanted: ColumnFilter) {
    this.#ir = ir
    this.#log = log
    this.#wanted = wanted
  }

  /**
   * Undefined for a deleted entry, and for an event of a source that the pipeline does not have. Throws `SPILL_DATA` for a damaged segment.
   */
  at(entry: number): LogPlace | undefined {
    const decoded = this.#segmentOf(entry)
    if (!decoded) return undefined
    const { segment, strings, counts } = decoded
    const at = entry - segment.first
    const before = (source: string): number => {
      const index = segment.sources.findIndex(rows => rows.source === source)
      return eventsBefore(segment, source) + (index < 0 ? 0 : counts.get(index)![at])
    }
    const index = indexOf(segment, at)
    if (index === segment.sources.length) return { mark: segment.markers[counts.get(index)![at]], before }
    const { source: name, block } = segment.sources[index]
    const source = this.#ir.sources.find(candidate => candidate.name === name)
    if (!source) return undefined
    const row = counts.get(index)![at]
    const columns = source.columns.filter(column => this.#wanted(name, column.name))
    return {
      event: { source: name, row: Object.fromEntries(columns.map(column => [column.name, valueAt(block, column, row, strings)])) },
      before,
    }
  }

  #segmentOf(entry: number): Decoded | undefined {
    const current = this.#decoded?.segment
    if (current && current.first <= entry && entry < current.first + current.length) return this.#decoded
    const strings = new Strings()
    const [segment] = this.#log.segments(entry, entry + 1, { stringsOf: () => strings, wanted: this.#wanted })
    if (!segment) return undefined
    return (this.#decoded = { segment, strings, counts: countsIn(segment) })
  }
}

/** Number of earlier events of a source, before a segment. */
export const eventsBefore = ({ offsets }: Segment, source: string): number => (offsets[source] ?? []).reduce((sum, next) => sum + next, 0)

/** Index of an entry's source in the segment; the number of sources for a log marker. */
const indexOf = ({ order }: Segment, at: number): number => (order ? order[at] : 0)

function countsIn(segment: Segment): Map<number, Int32Array> {
  const counts = new Map(Array.from({ length: segment.sources.length + 1 }, (_, index) => [index, new Int32Array(segment.length)]))
  const next = new Int32Array(segment.sources.length + 1)
  for (let at = 0; at < segment.length; at++) {
    for (const [index, before] of counts) before[at] = next[index]
    next[indexOf(segment, at)]++
  }
  return counts
}
