/** Where an entry stands in the log: what it is, and how many events of each source stand before it. */
import { Strings } from '../columns/strings.ts'
import type { PipelineIR, Value } from '../define/ir/ir.ts'
import { valueAt } from '../intake/row-text.ts'
import type { Log } from '../log/log.ts'
import type { Mark, Segment } from '../log/segment.ts'

export interface Place {
  /** The event there, with the physical values of the columns that the pipeline looks at; absent for a mark. */
  readonly event?: { readonly source: string; readonly row: Readonly<Record<string, Value>> }
  readonly mark?: Mark
  /** Events of a source that stand before it, of all that the log ever had. */
  readonly before: (source: string) => number
}

/** Which columns of a source a reader needs. */
export type Wanted = (source: string, column: string) => boolean

interface Decoded {
  readonly segment: Segment
  readonly strings: Strings
  /** By index of a source, or of marks: by entry, how many of them stand before it in the segment. */
  readonly counts: ReadonlyMap<number, Int32Array>
}

/** Holds one segment, so that entries are best asked for in order. */
export class LogPlaces {
  readonly #ir: PipelineIR
  readonly #log: Log
  readonly #wanted: Wanted
  #decoded: Decoded | undefined

  constructor(ir: PipelineIR, log: Log, wanted: Wanted) {
    this.#ir = ir
    this.#log = log
    this.#wanted = wanted
  }

  /** `undefined` for what the log has forgotten, and for an event of a source that the pipeline has not. Throws `SPILL_DATA` for a damaged segment. */
  at(entry: number): Place | undefined {
    const decoded = this.#holding(entry)
    if (!decoded) return undefined
    const { segment, strings, counts } = decoded
    const at = entry - segment.first
    const before = (source: string): number => {
      const index = segment.sources.findIndex(rows => rows.source === source)
      return eventsBefore(segment, source) + (index < 0 ? 0 : counts.get(index)![at])
    }
    const index = indexOf(segment, at)
    if (index === segment.sources.length) return { mark: segment.marks[counts.get(index)![at]], before }
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

  #holding(entry: number): Decoded | undefined {
    const held = this.#decoded?.segment
    if (held && held.first <= entry && entry < held.first + held.length) return this.#decoded
    const strings = new Strings()
    const [segment] = this.#log.segments(entry, entry + 1, { stringsOf: () => strings, wanted: this.#wanted })
    if (!segment) return undefined
    return (this.#decoded = { segment, strings, counts: countsIn(segment) })
  }
}

/** Events of a source that stand before a segment. */
export const eventsBefore = ({ offsets }: Segment, source: string): number => (offsets[source] ?? []).reduce((sum, next) => sum + next, 0)

/** What an entry of a segment is: the index of its source, or that of marks. */
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
