/** Events of a data folder's log, read on demand. Memory: the texts, and some ten thousand events. */
import { createHash, type Hash } from 'node:crypto'
import { type Block, concatBlocks, lowerBound, sliceBlock, Strings } from '../../columns/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { logStartOf, Log, readSegment, type Segment, type NamedValues, type SegmentLog } from '../../log/index.ts'
import { partitionAt, type CalendarPartition, type PartitionUnit } from '../../offline/index.ts'
import { EVENTS_AT_ONCE, type EventHistory, type PartitionExtent, type HistoryExtents } from './events.ts'

/** Reads events from log segments. */
export class EventsOfLog implements EventHistory {
  readonly strings = new Strings()
  readonly #store: SegmentLog & NamedValues
  readonly #log: Log
  /** End of the read, a sequence number; the log may grow meanwhile. */
  readonly end: number

  /**
   * `sources`: all sources of the pipeline. `end`: end of the read, by default the current end.
   * @throws as `Log` does.
   */
  constructor(store: SegmentLog & NamedValues, sources: readonly SourceIR[], end?: number) {
    this.#store = store
    this.#log = new Log(store, { sources, stringsOf: () => this.strings })
    this.end = end ?? this.#log.end
  }

  *blocks({ name }: SourceIR, columns: ReadonlySet<string>, from: number, to: number): Generator<Block> {
    const log = this.#log
    let pending: Block[] = []
    let length = 0
    const columnFilter = (source: string, column: string): boolean => source === name && columns.has(column)
    for (const { sources } of log.segments(log.firstEntrySince(from), this.end, { columnFilter })) {
      const rows = sources.find(({ source }) => source === name)
      if (!rows) continue
      const part = sliceBlock(rows.block, lowerBound(rows.block.arrival, from), lowerBound(rows.block.arrival, to))
      pending.push(part)
      length += part.length
      if (rows.block.arrival[rows.block.length - 1] >= to) break
      if (length < EVENTS_AT_ONCE) continue
      yield concatBlocks(pending)
      pending = []
      length = 0
    }
    if (length > 0) yield concatBlocks(pending)
  }

  /** Extents from one pass over the log, without columns. */
  extents(unit: PartitionUnit, names: readonly string[]): HistoryExtents {
    const of = new Map(names.map(name => [name, new Map<string, PartitionCounts>()]))
    const span = new Map<string, { first: number; last: number }>()
    for (const { checksum, segment } of this.#stored()) {
      for (const { source, block } of segment.sources) {
        const partitions = of.get(source)
        if (!partitions || block.length === 0) continue
        const { arrival } = block
        span.set(source, { first: span.get(source)?.first ?? arrival[0], last: arrival[block.length - 1] })
        for (let row = 0; row < block.length;) {
          const partition = partitionAt(unit, arrival[row])
          const next = lowerBound(arrival, partition.end)
          const counts = partitions.get(partition.name) ?? { partition, events: 0, sum: createHash('sha256') }
          counts.events += next - row
          counts.sum.update(`${segment.first} ${checksum};`)
          partitions.set(partition.name, counts)
          row = next
        }
      }
    }
    return { of: new Map([...of].map(([name, counts]) => [name, extentsOf(counts)])), span, ...this.#bounds() }
  }

  #bounds(): Pick<HistoryExtents, 'until' | 'forgotten'> {
    return { until: this.#log.notBefore - 1, forgotten: logStartOf(this.#store).arrival }
  }

  *#stored(): Generator<{ readonly checksum: string; readonly segment: Segment }> {
    const { columnsOf } = this.#log.schemas
    const context = { columnsOf, stringsOf: () => this.strings, columnFilter: () => false }
    for (let next = logStartOf(this.#store).entry; next < this.end;) {
      const stored = this.#store.segmentAt(next)
      if (!stored) return
      const { first, entries, bytes } = stored
      yield {
        checksum: Buffer.from(bytes.subarray(0, 4)).toString('hex'),
        segment: readSegment(bytes, context, `segment ${first} of the log`),
      }
      next = first + entries
    }
  }
}

/** Running totals of one partition. */
interface PartitionCounts {
  readonly partition: CalendarPartition
  events: number
  /** Hash over the checksums of the segments with its events. */
  readonly sum: Hash
}

function extentsOf(partitions: ReadonlyMap<string, PartitionCounts>): Map<string, PartitionExtent> {
  return new Map(
    [...partitions].map(([name, { partition, events, sum }]): [string, PartitionExtent] => {
      const digest = sum.digest('hex').slice(0, 32)
      return [name, { ...partition, events, digest: () => digest }]
    }),
  )
}
