/**
 * Snapshots of hybrid groups, restored from the files of batch runs, and the log after their cuts. A lost or damaged part of a result is
 * made again from the log, of which it is a function.
 */
import { SpillwayError, yieldToEventLoop } from '../../base/index.ts'
import { groupCode, jobColumns, readFrames, batchRunsIn, lastSwapBefore, type BatchRunRecord, StateRestorer } from '../../batch/index.ts'
import type { Strings } from '../../columns/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { logStartOf, Log, eventsBeforeSegment, type Segment } from '../../log/index.ts'
import type { HybridSnapshot, HybridGroup } from './hybrid-group.ts'
import { SegmentOrder } from './segment-order.ts'
import { batchResultParts, type ResultStore } from './batch-results.ts'

export interface SnapshotsOptions {
  readonly ir: PipelineIR
  readonly store: ResultStore
  readonly strings: Strings
  readonly onReport: (report: string) => void
}

export class Snapshots {
  readonly #options: SnapshotsOptions
  #store: ResultStore

  constructor(options: SnapshotsOptions) {
    this.#options = options
    this.#store = options.store
  }

  /** Continues on another connection to the same log, that of the process which now holds the folder. */
  useStore(store: ResultStore): void {
    this.#store = store
  }

  /**
   * Restores the snapshot that a group has at an entry of the log. Returns the first entry to replay for its delta; undefined if there is
   * no snapshot.
   */
  restoreAt(group: HybridGroup, entry: number): number | undefined {
    const record = lastSwapBefore(batchRunsIn(this.#store), group.group.name, entry)
    const snapshot = record && this.#read(group, record)
    if (!snapshot) return undefined
    group.replaceLayers(snapshot)
    return this.#firstEntryAfter(snapshot)
  }

  /** Follows the swaps of another process: gives a group the layers that it has at an entry of the log. */
  followSwaps(group: HybridGroup, entry: number): void {
    const record = lastSwapBefore(batchRunsIn(this.#store), group.group.name, entry)
    if (record && record.number !== group.run) this.#replace(group, record, entry)
  }

  /** Gives a group the layers of a run that is swapped in at an entry. Without a usable result the layers stay, which is as exact. */
  swapIn(group: HybridGroup, run: number, entry: number): void {
    const record = batchRunsIn(this.#store).find(({ number }) => number === run)
    if (record) this.#replace(group, record, entry)
  }

  /**
   * Prepares the layers of a finished run without a swap, at once: for a start, when nothing else waits. Returns false without a usable
   * result.
   */
  prepare(group: HybridGroup, record: BatchRunRecord, live: number): boolean {
    const snapshot = this.#read(group, record)
    if (!snapshot) return false
    group.beginLayers(snapshot, live)
    for (const segment of this.#segmentsAfter(group, snapshot, live)) this.#fillFrom(group, segment)
    group.completeLayers(snapshot.forgotten)
    return true
  }

  /**
   * Adds the log after the cut, below `to`, to the delta that a group has begun: a segment at a time, between turns. Rejects with
   * `SPILL_STOPPED` when it is stopped; the delta is then incomplete.
   */
  async fillDelta(group: HybridGroup, cut: Pick<HybridSnapshot, 's' | 'cut'>, to: number, signal: AbortSignal): Promise<void> {
    for (const segment of this.#segmentsAfter(group, cut, to)) {
      this.#fillFrom(group, segment)
      await yieldToEventLoop()
      if (signal.aborted) throw new SpillwayError('SPILL_STOPPED', 'the batch run was stopped')
    }
  }

  #fillFrom(group: HybridGroup, segment: Segment): void {
    const events = new SegmentOrder(segment).eventsOf(group.group.source)
    if (events) group.fillDelta(events)
  }

  #replace(group: HybridGroup, record: BatchRunRecord, entry: number): void {
    const snapshot = this.#read(group, record)
    if (!snapshot) return
    group.replaceLayers(snapshot)
    let isFirst = true
    for (const segment of this.#segmentsAfter(group, snapshot, entry)) {
      if (isFirst) group.startAfter(eventsBeforeSegment(segment, group.group.source))
      isFirst = false
      const order = new SegmentOrder(segment)
      group.catchUp(order.eventsOf(group.group.source), order.lastArrival)
    }
  }

  *#segmentsAfter({ group, source }: HybridGroup, cut: Pick<HybridSnapshot, 's' | 'cut'>, to: number): Generator<Segment> {
    const { strings } = this.#options
    const needed = jobColumns({ group, source })
    const wanted = (of: string, column: string) => of === source.name && needed.has(column)
    yield* this.#log.segments(this.#firstEntryAfter(cut), to, { stringsOf: () => strings, wanted })
  }

  /** First segment that may have events after a cut. */
  #firstEntryAfter({ s, cut }: Pick<HybridSnapshot, 's' | 'cut'>): number {
    return Math.min(cut, this.#log.firstEntrySince(s + 1))
  }

  get #log(): Log {
    const { ir, strings } = this.#options
    return new Log(this.#store, { sources: ir.sources, stringsOf: () => strings })
  }

  #read(hybrid: HybridGroup, { number, s, cut, code, done }: BatchRunRecord): HybridSnapshot | undefined {
    const { ir, strings, onReport } = this.#options
    const { group, source } = hybrid
    if (!done) return undefined
    if (code !== groupCode(group, source)) {
      onReport(
        `the definition of group '${group.name}' has changed since its last batch run: its stream layer has everything until the next`,
      )
      return undefined
    }
    const kernel = hybrid.emptySnapshot()
    const job = { group, source, sources: ir.sources, s, cut, partitions: done.partitions }
    for (const pieces of batchResultParts(this.#store, number, job, onReport)) {
      const restoring = new StateRestorer(kernel, strings)
      for (const bytes of pieces) for (const reader of readFrames(bytes, `the result of run ${number}`)) restoring.restore(reader)
    }
    kernel.finishRestore()
    return { run: number, s, cut, kernel, forgotten: logStartOf(this.#store).arrival }
  }
}
