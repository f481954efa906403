/**
 * Results of batch runs, by number, for the groups of a run: the values of batch groups, and the snapshots of hybrid groups with the log
 * after their cuts. Values of a new run are in memory, and results of the ledger in files beside the log. A lost or damaged part is made
 * again from the log, of which it is a function.
 */
import { assert, SpillwayError, yieldToEventLoop } from '../../base/index.ts'
import {
  groupCode,
  computeParts,
  columnsReadBy,
  partFile,
  batchRunsIn,
  lastSwapBefore,
  readParts,
  readBatchValues,
  readResultBlocks,
  restorePartition,
  type BatchJob,
  type BatchRunRecord,
  type BatchRunResult,
  BatchValues,
} from '../../batch/index.ts'
import type { Strings } from '../../columns/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import {
  eventsBeforeSegment,
  Log,
  logStartOf,
  type NamedValues,
  type SavedStates,
  type Segment,
  type SegmentLog,
  type StateSink,
  type SavedStateWriter,
} from '../../log/index.ts'
import { BatchGroup } from './batch-group.ts'
import { HybridGroup, type HybridSnapshot, type LayerPreparation, type SnapshotCut } from './hybrid-group.ts'
import type { QueryableGroup } from './live-group.ts'
import { SegmentOrder } from './segment-order.ts'

export interface BatchResultsOptions {
  readonly ir: PipelineIR
  readonly store: ResultStore
  readonly strings: Strings
  readonly onReport: (report: string) => void
}

/** The result of a run in progress, for its swap. */
export interface ResultPreparation {
  /** Adds what was logged before the run began, between turns. Rejects with `SPILL_STOPPED` when it is stopped. */
  fill(signal: AbortSignal): Promise<void>
  /** Loads the blocks of each part, some thousand keys at a time, between turns. The result is then ready. */
  load(parts: Iterable<readonly Uint8Array[]>, totals: Pick<BatchRunResult, 'known' | 'keys'>): Promise<void>
  /** Drops what is prepared: the run has failed. */
  drop(): void
}

type FinishedRun = BatchRunRecord & { readonly done: BatchRunResult }

export class BatchResults {
  readonly #options: BatchResultsOptions
  #store: ResultStore
  /** Values of new runs, until their swap. */
  readonly #ready = new Map<number, BatchValues>()

  constructor(options: BatchResultsOptions) {
    this.#options = options
    this.#store = options.store
  }

  /** Continues on another connection to the same log, that of the process which now holds the folder. */
  useStore(store: ResultStore): void {
    this.#store = store
  }

  /**
   * Swaps in the result of a run at an entry of the log. Without a usable result a batch group has no values; the layers of a hybrid group
   * stay, which is as exact. Layers that were not prepared are made from the log.
   */
  swapIn(group: QueryableGroup, run: number, entry: number): void {
    if (group instanceof HybridGroup) {
      if (!group.swap(run)) this.#replaceLayers(group, this.#runAt(run), entry)
    } else if (group instanceof BatchGroup) {
      const ready = this.#ready.get(run)
      this.#ready.delete(run)
      group.swap(ready ?? this.#valuesOf(group, this.#runAt(run)))
    }
  }

  /** Gives a batch group the values that it serves at an entry of the log. */
  restoreValues(group: BatchGroup, entry: number): void {
    group.swap(this.#valuesOf(group, this.#swappedBefore(group, entry)))
  }

  /**
   * Restores the snapshot that a hybrid group has at an entry of the log. Returns the first entry to replay for its delta; undefined if there
   * is no snapshot, as for any other group.
   */
  restoreSnapshot(group: QueryableGroup, entry: number): number | undefined {
    if (!(group instanceof HybridGroup)) return undefined
    const snapshot = this.#snapshotOf(group, this.#swappedBefore(group, entry))
    if (!snapshot) return undefined
    group.replaceLayers(snapshot)
    return this.#firstEntryAfter(snapshot)
  }

  /** Follows the swaps of another process: gives a hybrid group the layers that it has at an entry of the log. */
  followSwaps(group: HybridGroup, entry: number): void {
    const record = this.#swappedBefore(group, entry)
    if (record && record.number !== group.batchRun) this.#replaceLayers(group, record, entry)
  }

  /**
   * Prepares the result of a finished run of the group's definition without a swap, at once: for a start, when nothing else waits.
   * `liveFrom`: end of the log.
   */
  prepare(group: BatchGroup | HybridGroup, record: BatchRunRecord, liveFrom: number): void {
    if (group instanceof BatchGroup) return
    const snapshot = this.#snapshotOf(group, record)
    assert(snapshot !== undefined, 'a finished run of the definition has a snapshot')
    const layers = group.beginLayers(snapshot, liveFrom)
    for (const segment of this.#segmentsAfter(group, snapshot, liveFrom)) addSegment(group, layers, segment)
    layers.complete(snapshot.forgotten)
  }

  /** Prepares the result of a run that starts. `liveFrom`: end of the log. */
  prepareRun(group: BatchGroup | HybridGroup, record: BatchRunRecord, liveFrom: number): ResultPreparation {
    return group instanceof BatchGroup ? this.#prepareValues(group, record) : this.#prepareLayers(group, record, liveFrom)
  }

  #prepareValues({ group, source }: BatchGroup, { number: run, s: asOf }: BatchRunRecord): ResultPreparation {
    const { strings } = this.#options
    return {
      fill: () => Promise.resolve(),
      load: async (parts, { known, keys }) => {
        const values = new BatchValues(group, source, strings, { run, asOf, visibleCount: known, keys })
        for (const blocks of parts)
          for (const bytes of blocks)
            for (const block of readResultBlocks(bytes, group, source, strings, `the result of run ${run}`)) {
              values.add(block)
              await yieldToEventLoop()
            }
        assert(values.length === keys, 'the values of a run are those of all of its parts')
        this.#ready.set(run, values)
      },
      drop: () => void this.#ready.delete(run),
    }
  }

  #prepareLayers(group: HybridGroup, { number: run, s: asOf, cut }: BatchRunRecord, liveFrom: number): ResultPreparation {
    const { strings } = this.#options
    const layers = group.beginLayers({ run, asOf, cut, kernel: group.emptySnapshot() }, liveFrom)
    return {
      fill: async signal => {
        for (const segment of this.#segmentsAfter(group, layers.snapshot, liveFrom)) {
          addSegment(group, layers, segment)
          await yieldToEventLoop()
          if (signal.aborted) throw new SpillwayError('SPILL_STOPPED', 'the batch run was stopped')
        }
      },
      load: async parts => {
        for (const blocks of parts)
          for (const _ of restorePartition(layers.snapshot.kernel, strings, blocks, `the result of run ${run}`)) await yieldToEventLoop()
        layers.complete(logStartOf(this.#store).arrival)
      },
      drop: () => group.dropLayers(),
    }
  }

  #runAt(run: number): BatchRunRecord | undefined {
    return batchRunsIn(this.#store).find(({ number }) => number === run)
  }

  #swappedBefore({ group }: QueryableGroup, entry: number): BatchRunRecord | undefined {
    return lastSwapBefore(batchRunsIn(this.#store), group.name, entry)
  }

  #replaceLayers(group: HybridGroup, record: BatchRunRecord | undefined, entry: number): void {
    const snapshot = this.#snapshotOf(group, record)
    if (!snapshot) return
    group.replaceLayers(snapshot)
    let isFirst = true
    for (const segment of this.#segmentsAfter(group, snapshot, entry)) {
      if (isFirst) group.startAfter(eventsBeforeSegment(segment, group.source.name))
      isFirst = false
      const order = new SegmentOrder(segment)
      group.catchUp(order.eventsOf(group.source.name), order.lastArrival)
    }
  }

  *#segmentsAfter({ group, source }: HybridGroup, cut: SnapshotCut, to: number): Generator<Segment> {
    const needed = columnsReadBy(group, source)
    const columnFilter = (of: string, column: string) => of === source.name && needed.has(column)
    yield* this.#log.segments(this.#firstEntryAfter(cut), to, { columnFilter })
  }

  /** First segment that may have events after a cut. */
  #firstEntryAfter({ asOf, cut }: SnapshotCut): number {
    return Math.min(cut, this.#log.firstEntrySince(asOf + 1))
  }

  get #log(): Log {
    const { ir, strings } = this.#options
    return new Log(this.#store, { sources: ir.sources, stringsOf: () => strings })
  }

  #snapshotOf(hybrid: HybridGroup, record: BatchRunRecord | undefined): HybridSnapshot | undefined {
    if (!this.#isUsable(hybrid, record, 'its stream layer has everything until the next')) return undefined
    const { number: run, s: asOf, cut } = record
    const kernel = hybrid.emptySnapshot()
    for (const blocks of this.#partsOf(hybrid, record))
      for (const _ of restorePartition(kernel, this.#options.strings, blocks, `the result of run ${run}`));
    kernel.finishSnapshot()
    return { run, asOf, cut, kernel, forgotten: logStartOf(this.#store).arrival }
  }

  #valuesOf(batch: BatchGroup, record: BatchRunRecord | undefined): BatchValues | undefined {
    if (!this.#isUsable(batch, record, 'it has no values until the next')) return undefined
    const { strings, onReport } = this.#options
    const { group, source } = batch
    const { number: run, s: asOf, done } = record
    const parts = this.#partsOf(batch, record)
    try {
      return readBatchValues(parts.flat(), group, source, strings, { run, asOf, visibleCount: done.known, keys: done.keys })
    } catch (error) {
      if (logStartOf(this.#store).entry === 0) throw error
      // If the log has forgotten the events of the result, the result is dropped, never made from fewer events.
      const { message } = error as Error
      onReport(`the result of run ${run} of group '${group.name}' cannot be made again: it has no values until the next (${message})`)
      return undefined
    }
  }

  /** Is the run finished, and of the group's definition? */
  #isUsable({ group, source }: QueryableGroup, record: BatchRunRecord | undefined, otherwise: string): record is FinishedRun {
    if (!record?.done) return false
    if (record.code === groupCode(group, source)) return true
    this.#options.onReport(`the definition of group '${group.name}' has changed since its last batch run: ${otherwise}`)
    return false
  }

  /** The bytes of each part of a result, in blocks. Missing or damaged parts are computed again and reported; a writable store keeps them. */
  #partsOf({ group, source }: QueryableGroup, { number, s: asOf, cut, done: { partitions } }: FinishedRun): Uint8Array[][] {
    const store = this.#store
    const { ir, onReport } = this.#options
    const result = readParts(store, number, partitions).map((bytes): Uint8Array[] => (bytes ? [bytes] : []))
    const missing = new Set(result.flatMap((blocks, partition) => (blocks.length > 0 ? [] : [partition])))
    if (missing.size === 0) return result
    const share = missing.size < partitions ? `${missing.size} of ${partitions} parts of ` : ''
    onReport(`${share}the result of run ${number} of group '${group.name}' is missing or damaged; it is made again from the log`)
    const job: BatchJob = { group, source, sources: ir.sources, asOf, cut, partitions }
    for (const { partition, bytes } of computeParts(store, job, missing)) result[partition].push(bytes)
    // A read-only user of the log writes nothing to its folder.
    if (store.createState) for (const partition of missing) void keepPart(store.createState(partFile(number, partition)), result[partition])
    return result
  }
}

/** Where batch results are: the ledger, the files of their parts, and the log from which missing parts are computed again. */
export type ResultStore = SegmentLog & NamedValues & SavedStates & Partial<Pick<SavedStateWriter, 'createState'>>

function addSegment({ source }: HybridGroup, layers: LayerPreparation, segment: Segment): void {
  const events = new SegmentOrder(segment).eventsOf(source.name)
  if (events) layers.addLogged(events)
}

/** A part that cannot be saved is made again by the next start. */
async function keepPart(sink: StateSink, blocks: readonly Uint8Array[]): Promise<void> {
  try {
    for (const block of blocks) await sink.append(block)
    await sink.finish()
  } catch {
    await sink.discard().catch(() => {})
  }
}
